import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/**
 * Copies the files of other packages that one of ours carries in its `dist`, so that its users install none of those
 * packages: its `imports` name each under the condition `@zzz/source` where it is in this repository, and under `default`
 * where it is in the package. `target` is the folder that gets them, in place of the package's own.
 */
export function copyVendoredFiles(folder: string, target: string = folder): void {
  const manifest = join(folder, 'package.json')
  const { imports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
  const { resolve } = createRequire(manifest)
  for (const { '@zzz/source': source, default: copy } of Object.values(imports)) {
    if (source === undefined || copy === undefined) continue
    mkdirSync(dirname(join(target, copy)), { recursive: true })
    copyFileSync(resolve(source), join(target, copy))
  }
}
