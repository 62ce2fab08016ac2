import type { Escaping } from '../escaping/escaping.ts'
import type { Template } from '../syntax/ast.ts'
import { CompilationUnit } from './compilation-unit.ts'
import { PartsCompiler } from './parts-compiler.ts'
import { rootVariables } from './path-code.ts'
import { TextCompiler } from './text-compiler.ts'

/** A template as JavaScript, before it is known how it gets at other templates. */
export interface CompiledCode {
  /** Functions of the runtime that it calls. */
  readonly runtime: readonly string[]
  /** The templates it puts in, by the names of their variables: `t0`, `t1`. */
  readonly templates: ReadonlyMap<string, string>
  /** Statements that stand in front of `object`. */
  readonly declarations: string
  /** An object expression of the type `Compiled`. */
  readonly object: string
}

/** Compiles a template that was checked. The code is the same wherever it runs; only its imports differ. */
export function compile(template: Template, escaping: Escaping, readsShared: boolean): CompiledCode {
  const { name, nodes, layout } = template
  const unit = new CompilationUnit(escaping)
  const object = indent([
    '{',
    `name: ${JSON.stringify(name)},`,
    `layout: ${layout === undefined ? 'undefined' : unit.template(layout.template)},`,
    `readsShared: ${readsShared},`,
    'render($, d, y) {',
    'let o = ""',
    ...new TextCompiler(unit).statements(nodes, rootVariables),
    'return o',
    '},',
    'rendered($, d, y) {',
    `return ${new PartsCompiler(unit).part(nodes, rootVariables)}`,
    '},',
    '}',
  ])
  return {
    runtime: [...unit.runtime].sort(),
    templates: unit.templates,
    declarations: unit.declarations.join('\n'),
    object,
  }
}

/** Indents statements by the braces that lines begin and end with. */
function indent(lines: readonly string[]): string {
  let depth = 0
  return lines
    .map((line) => {
      if (line.startsWith('}')) depth--
      const indented = '  '.repeat(depth) + line
      if (line.endsWith('{')) depth++
      return indented
    })
    .join('\n')
}
