import type { Project } from './project.ts'
import { resolveImport, type Violation } from './rules.ts'

/**
 * Runtime import cycles between files. Type-only imports are no part of one: they vanish before the code runs. Each
 * group of files that import each other is reported once, by one way around.
 */
export function checkCycles({ files, packages }: Project): Violation[] {
  const known = new Set(files.map(({ path }) => path))
  const graph: Graph = new Map()
  for (const { path, imports } of files) {
    const targets = new Map<string, number>()
    for (const { specifier, line, typeOnly } of imports) {
      const target = resolveImport(path, specifier, packages)
      if (!typeOnly && target !== undefined && known.has(target)) targets.set(target, line)
    }
    graph.set(path, targets)
  }
  return findCycles(graph).map((cycle) => ({
    file: cycle[0] as string,
    line: graph.get(cycle[0] as string)?.get(cycle[1] as string) ?? 1,
    message: `import cycle: ${cycle.join(' → ')}`,
  }))
}

/** For each file, the files it imports at run time with the line that does. */
type Graph = Map<string, Map<string, number>>

/** One closed path for each cycle that a depth-first walk meets; what is finished is not walked again. */
function findCycles(graph: Graph): string[][] {
  const cycles: string[][] = []
  const finished = new Set<string>()
  const path: string[] = []

  const visit = (file: string): void => {
    if (finished.has(file)) return
    const start = path.indexOf(file)
    if (start !== -1) {
      cycles.push([...path.slice(start), file])
      return
    }
    path.push(file)
    for (const target of graph.get(file)?.keys() ?? []) visit(target)
    path.pop()
    finished.add(file)
  }

  for (const file of graph.keys()) visit(file)
  return cycles
}
