import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Import } from './imports.ts'
import { nameOf, type Place, placeOf } from './place.ts'
import type { Package, Project, SourceFile } from './project.ts'
import type { LayerTable } from './table.ts'

/** Something the table does not allow. */
export interface Violation {
  readonly file: string
  readonly line: number
  /** `core/http may not import core/app: …` */
  readonly message: string
}

/** Every import that the table refuses, type-only ones included: a type ties two layers together as well. */
export function checkArrows({ files, packages }: Project, table: LayerTable): Violation[] {
  return files.flatMap((file) =>
    file.imports.flatMap((one) => {
      const message = judge(file, one, packages, table)
      return message === undefined ? [] : [{ file: file.path, line: one.line, message }]
    }),
  )
}

/** Every `index.ts` that is no public entry: inside a package, files are imported by their own names. */
export function checkIndexFiles({ files, packages }: Project): Violation[] {
  const entries = new Set(packages.flatMap((one) => [...one.entries.values()]))
  return files
    .filter(
      ({ path }) => /^packages\/[^/]+\/src\/(?:.*\/)?index\.[mc]?[jt]s$/.test(path) && !entries.has(path),
    )
    .map(({ path }) => ({
      file: path,
      line: 1,
      message: 'index.ts may stand only at an entry of package.json "exports"',
    }))
}

/** The file a specifier stands for; undefined for Node's modules and other people's packages. */
export function resolveImport(
  from: string,
  specifier: string,
  packages: readonly Package[],
): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  return packages.find((one) => one.entries.has(specifier))?.entries.get(specifier)
}

function judge(
  file: SourceFile,
  { specifier }: Import,
  packages: readonly Package[],
  table: LayerTable,
): string | undefined {
  const from = placeOf(file.path)
  const refuse = (target: string, reason: string) => `${nameOf(from)} may not import ${target}: ${reason}`

  if (from.package !== undefined && table.packages[from.package] === undefined) {
    return `packages/${from.package} is missing from the table in scripts/layers/table.ts`
  }
  if (isBuiltin(specifier)) {
    const inBrowser = table.browser.includes(from.package ?? '') && !from.test
    return inBrowser ? refuse(specifier, 'it runs in a browser') : undefined
  }
  const owner = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`))
  const path = resolveImport(file.path, specifier, packages)
  if (path === undefined) {
    return owner && refuse(specifier, `${owner.name} does not export this path`)
  }
  const to = placeOf(path)
  if (from.area === to.area) {
    if (owner !== undefined && !from.test)
      return refuse(specifier, 'inside a package, files are imported by their paths')
    const reason = refusalInside(from, to, table)
    return reason && refuse(nameTarget(from, to), reason)
  }
  const reason =
    owner === undefined ? refusalOfPath(file.path, from, to, table) : refusalOfPackage(from, to, owner, table)
  return reason && refuse(owner?.name ?? nameOf(to), reason)
}

/** Why a file may not import another one of its own package. */
function refusalInside(from: Place, to: Place, table: LayerTable): string | undefined {
  if (to.test && !from.test) return 'tests and suites are not published'
  const floors = table.folders[from.package ?? '']
  if (floors === undefined || from.folder === undefined || to.folder === undefined) return undefined
  const row = floors[from.folder]
  if (row === undefined) return `${nameOf(from)} is missing from the table in scripts/layers/table.ts`
  if (from.folder === to.folder)
    return areStrangers(from, to, table) ? 'siblings here do not know each other' : undefined
  if (row.includes(to.folder)) return undefined
  if (from.test && isBelow(to.folder, from.folder, Object.keys(floors))) return undefined
  return row.length === 0 ? 'it stands on nothing of ours' : `it stands only on ${row.join(', ')}`
}

function areStrangers(from: Place, to: Place, table: LayerTable): boolean {
  if (from.test || from.member === 'index' || from.member === to.member) return false
  return table.strangers.includes(nameOf(from))
}

/** Tests may lean on every floor below their subject, not only on those their subject stands on. */
function isBelow(lower: string, upper: string, floors: readonly string[]): boolean {
  return floors.includes(lower) && floors.indexOf(lower) < floors.indexOf(upper)
}

/** Why a path may not lead from one area into another. */
function refusalOfPath(path: string, from: Place, to: Place, table: LayerTable): string | undefined {
  if (table.insiders.includes(path)) return undefined
  if (from.area === 'tests' && to.area === 'scripts') return undefined
  return to.package === undefined
    ? 'nobody imports it'
    : 'this is the inner path of a package; import its public name'
}

/** Why a file may not import a package by its public name. */
function refusalOfPackage(from: Place, to: Place, owner: Package, table: LayerTable): string | undefined {
  if (from.package === undefined) return undefined
  const row = table.packages[from.package] ?? []
  if (!row.includes(to.package ?? '')) {
    return row.length === 0 ? 'it stands on nothing of ours' : `it stands only on ${row.join(', ')}`
  }
  const folderRow = table.folders[from.package]?.[from.folder ?? '']
  if (folderRow === undefined || from.test || folderRow.includes(owner.name)) return undefined
  return `of this package's folders, it is for others`
}

function nameTarget(from: Place, to: Place): string {
  return from.folder === to.folder && to.member !== undefined ? `${nameOf(to)}/${to.member}` : nameOf(to)
}
