/**
 * What `npm run build` runs: compiles every package to its `dist`, with declarations, and adds the files of others that it
 * carries. The old `dist` goes first, so that nothing whose source is gone gets published.
 */
import { globSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, runSteps } from './steps.ts'
import { copyVendoredFiles } from './vendored-files.ts'

const packages = globSync('packages/*/tsconfig.json', { cwd: root }).map(dirname).sort()
for (const folder of packages) rmSync(join(root, folder, 'dist'), { recursive: true, force: true })
runSteps([{ title: 'build', command: ['tsc', '-b', ...packages] }])
for (const folder of packages) copyVendoredFiles(join(root, folder))
