import type { Escaping } from '../escaping/escaping.ts'
import type { SlotContext } from '../escaping/slot-context.ts'
import type {
  Arguments,
  ComponentNode,
  EachNode,
  Expression,
  Node,
  OutputNode,
  YieldNode,
} from '../syntax/ast.ts'
import { argumentsCode, expressionCode } from './expression-code.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Variables, withVariable } from './path-code.ts'

/** Static text, quotes put in, and the node behind it; none at the end. */
export interface Piece {
  readonly text: string
  readonly node: Node | undefined
}

/** The JavaScript names of what an each block counts and repeats. */
export interface EachNames {
  readonly items: string
  readonly index: string
  readonly item: string
  readonly last: string
}

/** What the two functions of one compiled template have in common: names, other templates, the code of expressions. */
export class CompilationUnit {
  /** Functions of the runtime that the code calls. */
  readonly runtime: Set<string> = new Set()
  /** The templates that it puts in, by the names of their variables: `t0`, `t1`. */
  readonly templates: Map<string, string> = new Map()
  /** Statements that stand in front of it. */
  readonly declarations: string[] = []
  readonly #escaping: Escaping
  readonly #statics = new Map<string, string>()
  #count = 0

  constructor(escaping: Escaping) {
    this.#escaping = escaping
  }

  /** Notes a function of the runtime, and gives its name. */
  readonly use = (name: string): string => {
    this.runtime.add(name)
    return name
  }

  /** The variable that holds another template. */
  template(name: string): string {
    for (const [variable, known] of this.templates) if (known === name) return variable
    const variable = `t${this.templates.size}`
    this.templates.set(variable, name)
    return variable
  }

  /** A name for a value that no other part of the template has. */
  valueName(): string {
    return `v${this.#count++}`
  }

  eachNames(): EachNames {
    const number = this.#count++
    return { items: `l${number}`, index: `i${number}`, item: `v${number}`, last: `n${number}` }
  }

  /** The variables inside an each block. */
  eachVariables(node: EachNode, variables: Variables, { item, index, last }: EachNames): Variables {
    const named = withVariable({ ...variables, index, last }, node.item, item)
    return node.index === undefined ? named : withVariable(named, node.index, index)
  }

  /** What a slot is escaped for, by the name of its encoder. */
  contextOf(node: OutputNode): SlotContext {
    return this.#escaping.contexts.get(node) ?? 'raw'
  }

  expression(expression: Expression, variables: Variables): string {
    return expressionCode(expression, variables, this.use)
  }

  /** The value of a slot, before it is escaped. */
  output(node: OutputNode, variables: Variables): string {
    const { expression } = node
    // In a script a value becomes JSON anyway.
    const bare = this.contextOf(node) === 'json' && expression.kind === 'pipe' && expression.name === 'json'
    return this.expression(bare ? expression.value : expression, variables)
  }

  args(args: Arguments, variables: Variables): string {
    return argumentsCode(args, variables, this.use)
  }

  /** What a component's block gives to its yields; `closure` makes the function of each. */
  slots(node: ComponentNode, closure: (body: readonly Node[]) => string): string {
    const slots = [...node.slots].map(([name, body]) => `${JSON.stringify(name)}: ${closure(body)}`)
    return `{ __proto__: null, ${slots.join(', ')} }`
  }

  /** A call of what was given to a yield, or of the function that stands in for it. */
  yield({ name }: YieldNode, fallback: string): string {
    return `(y?.[${JSON.stringify(name)}] ?? (${fallback}))()`
  }

  /** The static text of neighbouring nodes, with the quotes that belong in front. */
  pieces(nodes: readonly Node[]): readonly Piece[] {
    const pieces: Piece[] = []
    let text = ''
    for (const node of nodes) {
      if (this.#escaping.quoted.has(node)) text += '"'
      if (node.kind === 'text') text += this.#escaping.texts.get(node) ?? node.value
      else {
        pieces.push({ text, node })
        text = ''
      }
    }
    pieces.push({ text, node: undefined })
    return pieces
  }

  /** Declares static texts. The same ones are one array: what has the same fingerprint has the same statics. */
  statics(texts: readonly string[]): { readonly statics: string; readonly fingerprint: string } {
    const fingerprint = JSON.stringify(fingerprintOf(texts))
    let statics = this.#statics.get(fingerprint)
    if (statics === undefined) {
      statics = `s${this.#statics.size}`
      this.#statics.set(fingerprint, statics)
      this.declarations.push(`const ${statics} = ${JSON.stringify(texts)}`)
    }
    return { statics, fingerprint }
  }
}
