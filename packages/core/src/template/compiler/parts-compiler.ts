import type { EachNode, Node } from '../syntax/ast.ts'
import type { CompilationUnit } from './compilation-unit.ts'
import { pathCode, type Variables, withVariable } from './path-code.ts'

/** Compiles nodes to what gives a live view: expressions of the type `Dynamic`, statics and dynamics apart. */
export class PartsCompiler {
  readonly #unit: CompilationUnit

  constructor(unit: CompilationUnit) {
    this.#unit = unit
  }

  /** The part that nodes make, with its static texts. */
  part(nodes: readonly Node[], variables: Variables): string {
    const { statics, fingerprint, dynamics } = this.#parts(nodes, variables)
    return `${this.#unit.use('part')}(${statics}, ${fingerprint}, [${dynamics.join(', ')}])`
  }

  /** A part, or an empty text where there are no nodes. */
  #partOrNothing(nodes: readonly Node[] | undefined, variables: Variables): string {
    return nodes === undefined || nodes.length === 0 ? '""' : this.part(nodes, variables)
  }

  #parts(nodes: readonly Node[], variables: Variables) {
    const pieces = this.#unit.pieces(nodes)
    const { statics, fingerprint } = this.#unit.statics(pieces.map(({ text }) => text))
    const dynamics = pieces.flatMap(({ node }) =>
      node === undefined ? [] : [this.#dynamic(node, variables)],
    )
    return { statics, fingerprint, dynamics }
  }

  #dynamic(node: Node, variables: Variables): string {
    switch (node.kind) {
      case 'text':
        return '""'
      case 'output': {
        const context = this.#unit.contextOf(node)
        const encoder = context === 'text' || context === 'raw' ? `${context}Dynamic` : context
        return `${this.#unit.use(encoder)}(${this.#unit.output(node, variables)})`
      }
      case 'if': {
        const branches = node.branches.map(({ condition, body }) => {
          return `${this.#unit.expression(condition, variables)} ? ${this.part(body, variables)} : `
        })
        return `(${branches.join('')}${this.#partOrNothing(node.otherwise, variables)})`
      }
      case 'each':
        return this.#eachDynamic(node, variables)
      case 'with': {
        const value = this.#unit.valueName()
        const body = this.part(node.body, withVariable(variables, node.name, value))
        const otherwise = this.#partOrNothing(node.otherwise, variables)
        return `((${value}) => ${value} ? ${body} : ${otherwise})(${pathCode(node.value, variables)})`
      }
      case 'await': {
        const value = this.#unit.valueName()
        const body = this.part(node.body, withVariable(variables, node.name, value))
        const otherwise = this.#partOrNothing(node.otherwise, variables)
        return `${this.#unit.use('later')}($, ${pathCode(node.value, variables)}, (${value}) => ${body}, () => ${otherwise})`
      }
      case 'partial':
        return `${this.#unit.template(node.template)}.rendered($, ${this.#unit.args(node.args, variables)})`
      case 'component': {
        const slots = this.#unit.slots(node, (body) => `() => ${this.part(body, variables)}`)
        const data = this.#unit.args(node.args, variables)
        return `${this.#unit.template(node.template)}.rendered($, ${data}, ${slots})`
      }
      case 'content':
        return `${this.#unit.use('collect')}($, ${JSON.stringify(node.name)}, ${this.part(node.body, variables)})`
      case 'yield':
        return this.#unit.yield(node, `() => ${this.#partOrNothing(node.fallback, variables)}`)
    }
  }

  #eachDynamic(node: EachNode, variables: Variables): string {
    const names = this.#unit.eachNames()
    const { index, item, last } = names
    const inner = this.#unit.eachVariables(node, variables, names)
    const { statics, fingerprint, dynamics } = this.#parts(node.body, inner)
    const entry = `(${item}, ${index}, ${last}) => [${dynamics.join(', ')}]`
    const otherwise = `() => ${this.#partOrNothing(node.otherwise, variables)}`
    const value = pathCode(node.list, variables)
    return `${this.#unit.use('repeat')}(${value}, ${statics}, ${fingerprint}, ${entry}, ${otherwise})`
  }
}
