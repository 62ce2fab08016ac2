/** Gives each template the name of the interface of its data: `users/show` is `UsersShowData`. */
export function dataTypes(names: readonly string[]): ReadonlyMap<string, string> {
  const used = new Set<string>()
  return new Map(
    names.map((name) => {
      const wanted = `${toPascalCase(name)}Data`
      let type = wanted
      for (let count = 2; used.has(type); count++) type = `${wanted}${count}`
      used.add(type)
      return [name, type]
    }),
  )
}

function toPascalCase(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  const joined = words.map((word) => (word[0] as string).toUpperCase() + word.slice(1)).join('')
  return /^[\p{L}_$]/u.test(joined) ? joined : `View${joined}`
}

/** The views of a folder as they stand in `views`: `views.users.show`. */
export type ViewTree = Map<string, ViewTree | string>

/** Builds the tree; `conflicts` are templates whose name is also a folder's. */
export function viewTree(names: readonly string[]): {
  readonly tree: ViewTree
  readonly conflicts: readonly string[]
} {
  const tree: ViewTree = new Map()
  const conflicts: string[] = []
  // Folders first: a template beside a folder of its name is the conflict, whichever was written first.
  for (const name of [...names].sort((a, b) => b.split('/').length - a.split('/').length)) {
    const parts = name.split('/')
    const last = parts.pop() as string
    let branch = tree
    for (const part of parts) {
      const below = branch.get(part)
      const next: ViewTree = below instanceof Map ? below : new Map()
      branch.set(part, next)
      branch = next
    }
    if (branch.has(last)) conflicts.push(name)
    else branch.set(last, name)
  }
  return { tree, conflicts }
}
