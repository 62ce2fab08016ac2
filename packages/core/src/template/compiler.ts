import type { ComponentNode, EachNode, Node, OutputNode, ScopeNode, Template } from './ast.ts'
import type { SlotContext } from './context.ts'
import type { Escaping } from './escaping.ts'
import { argumentsCode, expressionCode } from './expression-code.ts'
import { fingerprintOf } from './fingerprint.ts'
import { pathCode, rootVariables, type Variables, withVariable } from './path-code.ts'

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
  return new Compiler(template, escaping).run(readsShared)
}

class Compiler {
  readonly #template: Template
  readonly #escaping: Escaping
  readonly #runtime = new Set<string>()
  readonly #templates = new Map<string, string>()
  readonly #declarations: string[] = []
  readonly #statics = new Map<string, string>()
  #count = 0

  constructor(template: Template, escaping: Escaping) {
    this.#template = template
    this.#escaping = escaping
  }

  run(readsShared: boolean): CompiledCode {
    const { name, nodes, layout } = this.#template
    const object = indent([
      '{',
      `name: ${JSON.stringify(name)},`,
      `layout: ${layout === undefined ? 'undefined' : this.#other(layout.template)},`,
      `readsShared: ${readsShared},`,
      'render($, d, y) {',
      'let o = ""',
      ...this.#statements(nodes, rootVariables),
      'return o',
      '},',
      'rendered($, d, y) {',
      `return ${this.#part(nodes, rootVariables)}`,
      '},',
      '}',
    ])
    return {
      runtime: [...this.#runtime].sort(),
      templates: this.#templates,
      declarations: this.#declarations.join('\n'),
      object,
    }
  }

  readonly #use = (name: string): string => {
    this.#runtime.add(name)
    return name
  }

  /** The variable that holds another template. */
  #other(name: string): string {
    for (const [variable, known] of this.#templates) if (known === name) return variable
    const variable = `t${this.#templates.size}`
    this.#templates.set(variable, name)
    return variable
  }

  #expression(node: OutputNode, variables: Variables): string {
    const { expression } = node
    const context = this.#context(node)
    // In a script a value becomes JSON anyway.
    const bare = context === 'json' && expression.kind === 'pipe' && expression.name === 'json'
    return expressionCode(bare ? expression.value : expression, variables, this.#use)
  }

  #context(node: OutputNode): SlotContext {
    return this.#escaping.contexts.get(node) ?? 'raw'
  }

  /** The static text of neighbouring nodes, with the quotes that belong in front. */
  #texts(nodes: readonly Node[]): { readonly text: string; readonly node: Node | undefined }[] {
    const pieces: { text: string; node: Node | undefined }[] = []
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

  // As text: statements that add to `o`.

  #statements(nodes: readonly Node[], variables: Variables): string[] {
    const lines: string[] = []
    let terms: string[] = []
    const flush = () => {
      if (terms.length > 0) lines.push(`o += ${terms.join(' + ')}`)
      terms = []
    }
    for (const { text, node } of this.#texts(nodes)) {
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
        return `${this.#use(this.#context(node))}(${this.#expression(node, variables)})`
      case 'partial':
        return `${this.#other(node.template)}.render($, ${argumentsCode(node.args, variables, this.#use)})`
      case 'component': {
        const slots = this.#slots(node, (body) => this.#closure('', body, variables))
        const data = argumentsCode(node.args, variables, this.#use)
        return `${this.#other(node.template)}.render($, ${data}, ${slots})`
      }
      case 'content': {
        const body = this.#closure('', node.body, variables)
        return `${this.#use('collect')}($, ${JSON.stringify(node.name)}, (${body})())`
      }
      case 'yield':
        return this.#yield(node, this.#closure('', node.fallback ?? [], variables))
      case 'await': {
        const value = `v${this.#count++}`
        const inner = withVariable(variables, node.name, value)
        const body = this.#closure(value, node.body, inner)
        const otherwise = this.#closure('', node.otherwise ?? [], variables)
        return `${this.#use('later')}($, ${pathCode(node.value, variables)}, ${body}, ${otherwise})`
      }
      default:
        return undefined
    }
  }

  #closure(parameter: string, body: readonly Node[], variables: Variables): string {
    const lines = this.#statements(body, variables)
    const [only = 'o += ""'] = lines
    if (lines.length <= 1 && only.startsWith('o += ')) return `(${parameter}) => ${only.slice(5)}`
    return `(${parameter}) => { let o = ""; ${lines.join('; ')}; return o }`
  }

  #slots(node: ComponentNode, closure: (body: readonly Node[]) => string): string {
    const slots = [...node.slots].map(([name, body]) => `${JSON.stringify(name)}: ${closure(body)}`)
    return `{ __proto__: null, ${slots.join(', ')} }`
  }

  #yield(node: Extract<Node, { kind: 'yield' }>, fallback: string): string {
    return `(y?.[${JSON.stringify(node.name)}] ?? (${fallback}))()`
  }

  #blockStatements(node: Node, variables: Variables): string[] {
    switch (node.kind) {
      case 'if': {
        const lines = node.branches.flatMap(({ condition, body }, index) => [
          `${index === 0 ? '' : '} else '}if (${expressionCode(condition, variables, this.#use)}) {`,
          ...this.#statements(body, variables),
        ])
        const otherwise =
          node.otherwise === undefined ? [] : ['} else {', ...this.#statements(node.otherwise, variables)]
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
    const number = this.#count++
    const [items, index, item, last] = [`l${number}`, `i${number}`, `v${number}`, `n${number}`]
    const inner = this.#eachVariables(node, variables, item, index, last)
    const otherwise = this.#statements(node.otherwise ?? [], variables)
    return [
      `const ${items} = ${this.#use('list')}(${pathCode(node.list, variables)})`,
      `for (let ${index} = 0, ${last} = ${items}.length - 1; ${index} <= ${last}; ${index}++) {`,
      `const ${item} = ${items}[${index}]`,
      ...this.#statements(node.body, inner),
      '}',
      ...(otherwise.length === 0 ? [] : [`if (${items}.length === 0) {`, ...otherwise, '}']),
    ]
  }

  #eachVariables(node: EachNode, variables: Variables, item: string, index: string, last: string): Variables {
    const named = withVariable({ ...variables, index, last }, node.item, item)
    return node.index === undefined ? named : withVariable(named, node.index, index)
  }

  #withStatements(node: ScopeNode, variables: Variables): string[] {
    const value = `v${this.#count++}`
    const otherwise =
      node.otherwise === undefined ? [] : ['} else {', ...this.#statements(node.otherwise, variables)]
    return [
      `const ${value} = ${pathCode(node.value, variables)}`,
      `if (${value}) {`,
      ...this.#statements(node.body, withVariable(variables, node.name, value)),
      ...otherwise,
      '}',
    ]
  }

  // As parts: expressions of the type `Dynamic`.

  #part(nodes: readonly Node[], variables: Variables): string {
    const { statics, fingerprint, dynamics } = this.#parts(nodes, variables)
    return `${this.#use('part')}(${statics}, ${fingerprint}, [${dynamics.join(', ')}])`
  }

  /** A part, or an empty text where there are no nodes. */
  #partOrNothing(nodes: readonly Node[] | undefined, variables: Variables): string {
    return nodes === undefined || nodes.length === 0 ? '""' : this.#part(nodes, variables)
  }

  #parts(nodes: readonly Node[], variables: Variables) {
    const pieces = this.#texts(nodes)
    const { statics, fingerprint } = this.#declareStatics(pieces.map(({ text }) => text))
    const dynamics = pieces.flatMap(({ node }) =>
      node === undefined ? [] : [this.#dynamic(node, variables)],
    )
    return { statics, fingerprint, dynamics }
  }

  /** The same texts are one array: what has the same fingerprint has the same statics. */
  #declareStatics(texts: readonly string[]): { statics: string; fingerprint: string } {
    const fingerprint = JSON.stringify(fingerprintOf(texts))
    let statics = this.#statics.get(fingerprint)
    if (statics === undefined) {
      statics = `s${this.#statics.size}`
      this.#statics.set(fingerprint, statics)
      this.#declarations.push(`const ${statics} = ${JSON.stringify(texts)}`)
    }
    return { statics, fingerprint }
  }

  #dynamic(node: Node, variables: Variables): string {
    switch (node.kind) {
      case 'text':
        return '""'
      case 'output': {
        const context = this.#context(node)
        const encoder = context === 'text' || context === 'raw' ? `${context}Dynamic` : context
        return `${this.#use(encoder)}(${this.#expression(node, variables)})`
      }
      case 'if': {
        const branches = node.branches.map(({ condition, body }) => {
          return `${expressionCode(condition, variables, this.#use)} ? ${this.#part(body, variables)} : `
        })
        return `(${branches.join('')}${this.#partOrNothing(node.otherwise, variables)})`
      }
      case 'each':
        return this.#eachDynamic(node, variables)
      case 'with': {
        const value = `v${this.#count++}`
        const body = this.#part(node.body, withVariable(variables, node.name, value))
        const otherwise = this.#partOrNothing(node.otherwise, variables)
        return `((${value}) => ${value} ? ${body} : ${otherwise})(${pathCode(node.value, variables)})`
      }
      case 'await': {
        const value = `v${this.#count++}`
        const body = this.#part(node.body, withVariable(variables, node.name, value))
        const otherwise = this.#partOrNothing(node.otherwise, variables)
        return `${this.#use('later')}($, ${pathCode(node.value, variables)}, (${value}) => ${body}, () => ${otherwise})`
      }
      case 'partial':
        return `${this.#other(node.template)}.rendered($, ${argumentsCode(node.args, variables, this.#use)})`
      case 'component': {
        const slots = this.#slots(node, (body) => `() => ${this.#part(body, variables)}`)
        const data = argumentsCode(node.args, variables, this.#use)
        return `${this.#other(node.template)}.rendered($, ${data}, ${slots})`
      }
      case 'content':
        return `${this.#use('collect')}($, ${JSON.stringify(node.name)}, ${this.#part(node.body, variables)})`
      case 'yield':
        return this.#yield(node, `() => ${this.#partOrNothing(node.fallback, variables)}`)
    }
  }

  #eachDynamic(node: EachNode, variables: Variables): string {
    const number = this.#count++
    const [index, item, last] = [`i${number}`, `v${number}`, `n${number}`]
    const inner = this.#eachVariables(node, variables, item, index, last)
    const { statics, fingerprint, dynamics } = this.#parts(node.body, inner)
    const entry = `(${item}, ${index}, ${last}) => [${dynamics.join(', ')}]`
    const otherwise = `() => ${this.#partOrNothing(node.otherwise, variables)}`
    const value = pathCode(node.list, variables)
    return `${this.#use('repeat')}(${value}, ${statics}, ${fingerprint}, ${entry}, ${otherwise})`
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
