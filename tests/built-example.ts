import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildViews } from '@zzz/core/template/build'
import { copyVendoredFiles } from '../scripts/vendored-files.ts'

const root = resolve(import.meta.dirname, '..')

/**
 * Builds the example application and the framework into a folder of their own, as they would run in production: without
 * Node's type stripping, which alone holds some 40 MB, and without its templates.
 */
export async function buildExample(): Promise<{ main: string; remove(): void }> {
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp/built-'))
  for (const name of ['core', 'db']) buildPackage(folder, name)
  // Its templates become modules, of which nothing is parsed at run time.
  cpSync(join(root, 'examples/app/src'), join(folder, 'src'), { recursive: true })
  await buildViews({ root: join(folder, 'src/views') })
  compile(folder, 'app', join(folder, 'src'), join(folder, 'app'))
  rmSync(join(folder, 'src'), { recursive: true })
  cpSync(join(root, 'examples/app/static'), join(folder, 'static'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return { main: join(folder, 'app/main.js'), remove: () => rmSync(folder, { recursive: true }) }
}

function buildPackage(folder: string, name: string): void {
  const from = join(root, 'packages', name)
  const to = join(folder, 'node_modules/@zzz', name)
  mkdirSync(to, { recursive: true })
  copyFileSync(join(from, 'package.json'), join(to, 'package.json'))
  // What npm could not put at the top, where another package needs another version of it.
  const own = join(from, 'node_modules')
  if (existsSync(own)) cpSync(own, join(to, 'node_modules'), { recursive: true })
  compile(folder, name, join(from, 'src'), join(to, 'dist'))
  copyVendoredFiles(from, to)
}

function compile(folder: string, name: string, rootDir: string, outDir: string): void {
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      rootDir,
      outDir,
      customConditions: ['@zzz/source'],
      noCheck: true,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [rootDir],
    exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/*.suite.ts'],
  }
  const file = join(folder, `tsconfig.${name}.json`)
  writeFileSync(file, JSON.stringify(config))
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', file], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The example was not built: ${stdout}`)
}
