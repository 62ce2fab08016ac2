/** Generates the types and values of the templates of every example: what the type check and `npm start` need first. */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { generateViews } from '@zzz/core/template/build'
import { root } from './steps.ts'

for (const folder of globSync('examples/*/src/views', { cwd: root }).sort()) {
  try {
    const { templates } = await generateViews({ root: join(root, folder) })
    console.log(`${folder}: ${templates} templates`)
  } catch (error) {
    console.error(`${folder}: ${(error as Error).message}`)
    process.exitCode = 1
  }
}
