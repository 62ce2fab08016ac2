import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import { findImports, type Import } from './imports.ts'

/** A package under `packages/`, as its package.json describes it. */
export interface Package {
  /** The folder's name: `core`. */
  readonly folder: string
  /** The published name: `@zzz/core`. */
  readonly name: string
  /** What others may import, `@zzz/core`, `@zzz/core/server`, with the source file behind it. */
  readonly entries: ReadonlyMap<string, string>
}

/** A source file; paths are relative to the repository's root and written with slashes. */
export interface SourceFile {
  readonly path: string
  readonly imports: readonly Import[]
}

/** Everything the rules look at. */
export interface Project {
  readonly packages: readonly Package[]
  readonly files: readonly SourceFile[]
}

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

const sources = '{packages,examples,bench,tests,scripts}/**/*.{ts,mts,cts,js,mjs,cjs}'
const notSources = new Set(['node_modules', 'dist', 'coverage'])

/** Reads the packages and the source files of the repository at `root`. */
export function readProject(root: string): Project {
  const manifests = globSync('packages/*/package.json', { cwd: root }).map(toPosix).sort()
  const paths = globSync(sources, {
    cwd: root,
    exclude: (path) => notSources.has(posix.basename(toPosix(path))),
  })
  return {
    packages: manifests.map((path) => readPackage(root, path)),
    files: paths
      .map(toPosix)
      .filter((path) => !path.endsWith('.d.ts'))
      .sort()
      .map((path) => ({ path, imports: findImports(readFileSync(join(root, path), 'utf8')) })),
  }
}

function readPackage(root: string, manifest: string): Package {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as Manifest
  const folder = dirname(manifest)
  const entries = Object.entries(exports).map(([subpath, target]): [string, string] => {
    const file = typeof target === 'string' ? target : (target['@zzz/source'] ?? target.default ?? '')
    return [posix.join(name, subpath), posix.join(folder, file)]
  })
  return { folder: posix.basename(folder), name, entries: new Map(entries) }
}

function toPosix(path: string): string {
  return path.split(sep).join('/')
}
