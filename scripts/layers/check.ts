import { checkCycles } from './cycles.ts'
import { readProject } from './project.ts'
import { checkArrows, checkIndexFiles, type Violation } from './rules.ts'
import { type LayerTable, layers } from './table.ts'

/** Everything in the repository at `root` that the table of layers refuses, sorted by file and line. */
export function checkLayers(root: string, table: LayerTable = layers): Violation[] {
  const project = readProject(root)
  return [...checkArrows(project, table), ...checkIndexFiles(project), ...checkCycles(project)].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line,
  )
}

/** `packages/core/src/http/a.ts:3  core/http may not import core/app: …` */
export function formatViolation({ file, line, message }: Violation): string {
  return `${file}:${line}  ${message}`
}
