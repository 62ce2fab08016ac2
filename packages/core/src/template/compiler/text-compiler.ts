import type { EachNode, Node, ScopeNode } from '../syntax/ast.ts'
import type { CompilationUnit } from './compilation-unit.ts'
import { pathCode, type Variables, withVariable } from './path-code.ts'

/** Compiles nodes to what gives a page: statements that add to the text `o`. */
export class TextCompiler {
  readonly #unit: CompilationUnit

  constructor(unit: CompilationUnit) {
    this.#unit = unit
  }

  /** Statements that add the text of nodes to `o`. */
  statements(nodes: readonly Node[], variables: Variables): string[] {
    const lines: string[] = []
    let terms: string[] = []
    const flush = () => {
      if (terms.length > 0) lines.push(`o += ${terms.join(' + ')}`)
      terms = []
    }
    for (const { text, node } of this.#unit.pieces(nodes)) {
      if (text !== '') terms.push(JSON.stringify(text))
      if (node === undefined) continue
      const term = this.#term(node, variables)
      if (term !== undefined) {
        terms.push(term)
        continue
      }
      flush()
      lines.push(...this.#blockStatements(node, variables))
    }
    flush()
    return lines
  }

  /** What is one expression without statements of its own. */
  #term(node: Node, variables: Variables): string | undefined {
    switch (node.kind) {
      case 'output':
        return `${this.#unit.use(this.#unit.contextOf(node))}(${this.#unit.output(node, variables)})`
      case 'partial':
        return `${this.#unit.template(node.template)}.render($, ${this.#unit.args(node.args, variables)})`
      case 'component': {
        const slots = this.#unit.slots(node, (body) => this.#closure('', body, variables))
        const data = this.#unit.args(node.args, variables)
        return `${this.#unit.template(node.template)}.render($, ${data}, ${slots})`
      }
      case 'content': {
        const body = this.#closure('', node.body, variables)
        return `${this.#unit.use('collect')}($, ${JSON.stringify(node.name)}, (${body})())`
      }
      case 'yield':
        return this.#unit.yield(node, this.#closure('', node.fallback ?? [], variables))
      case 'await': {
        const value = this.#unit.valueName()
        const inner = withVariable(variables, node.name, value)
        const body = this.#closure(value, node.body, inner)
        const otherwise = this.#closure('', node.otherwise ?? [], variables)
        return `${this.#unit.use('later')}($, ${pathCode(node.value, variables)}, ${body}, ${otherwise})`
      }
      default:
        return undefined
    }
  }

  #closure(parameter: string, body: readonly Node[], variables: Variables): string {
    const lines = this.statements(body, variables)
    const [only = 'o += ""'] = lines
    if (lines.length <= 1 && only.startsWith('o += ')) return `(${parameter}) => ${only.slice(5)}`
    return `(${parameter}) => { let o = ""; ${lines.join('; ')}; return o }`
  }

  #blockStatements(node: Node, variables: Variables): string[] {
    switch (node.kind) {
      case 'if': {
        const lines = node.branches.flatMap(({ condition, body }, index) => [
          `${index === 0 ? '' : '} else '}if (${this.#unit.expression(condition, variables)}) {`,
          ...this.statements(body, variables),
        ])
        const otherwise =
          node.otherwise === undefined ? [] : ['} else {', ...this.statements(node.otherwise, variables)]
        return [...lines, ...otherwise, '}']
      }
      case 'each':
        return this.#eachStatements(node, variables)
      case 'with':
        return this.#withStatements(node, variables)
      default:
        return []
    }
  }

  #eachStatements(node: EachNode, variables: Variables): string[] {
    const names = this.#unit.eachNames()
    const { items, index, item, last } = names
    const inner = this.#unit.eachVariables(node, variables, names)
    const otherwise = this.statements(node.otherwise ?? [], variables)
    return [
      `const ${items} = ${this.#unit.use('list')}(${pathCode(node.list, variables)})`,
      `for (let ${index} = 0, ${last} = ${items}.length - 1; ${index} <= ${last}; ${index}++) {`,
      `const ${item} = ${items}[${index}]`,
      ...this.statements(node.body, inner),
      '}',
      ...(otherwise.length === 0 ? [] : [`if (${items}.length === 0) {`, ...otherwise, '}']),
    ]
  }

  #withStatements(node: ScopeNode, variables: Variables): string[] {
    const value = this.#unit.valueName()
    const otherwise =
      node.otherwise === undefined ? [] : ['} else {', ...this.statements(node.otherwise, variables)]
    return [
      `const ${value} = ${pathCode(node.value, variables)}`,
      `if (${value}) {`,
      ...this.statements(node.body, withVariable(variables, node.name, value)),
      ...otherwise,
      '}',
    ]
  }
}
