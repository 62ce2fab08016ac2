import type { Escaping } from '../escaping/escaping.ts'
import type { ProblemCode, Source } from '../problem.ts'
import { suggest } from '../suggest.ts'
import { type Arguments, isLayout, type Node, type Template } from '../syntax/ast.ts'
import { allNodes } from '../syntax/walk.ts'
import { demandOf } from './demand.ts'
import { ExpressionInference, type TypeCheck } from './expression-inference.ts'
import { bind, lookUp, rootScope, type Scope, withFacts } from './scope.ts'
import { type Guard, Shape } from './shape.ts'

/** What the inference finds out about a template. */
export interface Inferred {
  /** What its data has to be. */
  readonly root: Shape
  /** What it reads of the values that all templates share. In a layout this is the root. */
  readonly shared: Shape
  /** Types that the compiler has to find assignable, for what cannot be said of the data alone. */
  readonly checks: readonly TypeCheck[]
  /** The templates that get the whole data, without the keys that they are given besides. */
  readonly handsOn: readonly { readonly name: string; readonly except: ReadonlySet<string> }[]
}

/** What a template has to know of another one that it puts in. */
export interface Callee {
  /** The name of the interface of its data: `UsersRowData`. */
  readonly type: string
  /** The keys of its data, and whether each may be left out. */
  readonly keys: ReadonlyMap<string, { readonly optional: boolean }>
  /** The names of its yields. */
  readonly yields: ReadonlySet<string>
  /** Whether it, or something it puts in, gives contents to the layout. */
  readonly givesContents: boolean
}

/** What lies around a template. */
export interface Surroundings {
  callee(name: string): Callee | undefined
  /** The names of the application's own pipes. */
  readonly pipes: ReadonlySet<string>
}

/** Infers from everything that a template does with its data what the data has to be. */
export function infer(
  source: Source,
  template: Template,
  escaping: Escaping,
  around: Surroundings,
): Inferred {
  return new Inference(source, template, escaping, around)
}

class Inference implements Inferred {
  readonly root = new Shape()
  readonly shared: Shape
  readonly handsOn: { readonly name: string; readonly except: ReadonlySet<string> }[] = []
  readonly #source: Source
  readonly #expressions: ExpressionInference
  readonly #escaping: Escaping
  readonly #around: Surroundings

  constructor(source: Source, template: Template, escaping: Escaping, around: Surroundings) {
    this.#source = source
    this.#expressions = new ExpressionInference(source, template, this.root, around.pipes)
    this.#escaping = escaping
    this.#around = around
    this.shared = isLayout(template.name) ? this.root : new Shape()
    this.#nodes(template.nodes, rootScope(this.root, this.shared))
    if (this.root.atoms !== undefined || this.root.element !== undefined) {
      this.#problem(0, 'The data of a template is an object; print or repeat one of its keys')
    }
  }

  get checks(): readonly TypeCheck[] {
    return this.#expressions.checks
  }

  #problem(at: number, message: string, code: ProblemCode = 'ZZZ_TEMPLATE_TYPE') {
    this.#source.problem(code, at, message)
  }

  #nodes(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) this.#node(node, scope)
  }

  #node(node: Node, scope: Scope): void {
    switch (node.kind) {
      case 'text':
        return
      case 'output':
        return this.#expressions.demand(
          node.expression,
          demandOf(this.#escaping.contexts.get(node) ?? 'raw'),
          scope,
        )
      case 'if': {
        let rest = scope
        for (const { condition, body } of node.branches) {
          const { whenTrue, whenFalse } = this.#expressions.condition(condition, rest)
          this.#nodes(body, withFacts(rest, whenTrue))
          rest = withFacts(rest, whenFalse)
        }
        return this.#nodes(node.otherwise ?? [], rest)
      }
      case 'each':
        return this.#each(node, scope)
      case 'with':
        return this.#with(node, scope)
      case 'await':
        return this.#await(node, scope)
      case 'partial':
        return this.#insert(node, scope, 'partial')
      case 'component':
        this.#insert(node, scope, 'component')
        this.#slots(node)
        for (const body of node.slots.values()) this.#nodes(body, scope)
        return
      case 'content':
        return this.#nodes(node.body, scope)
      case 'yield':
        return this.#nodes(node.fallback ?? [], scope)
    }
  }

  #each(node: Extract<Node, { kind: 'each' }>, scope: Scope): void {
    const found = this.#expressions.walk(node.list, scope)
    if (found !== undefined) {
      const { shape, guard } = found
      if (shape.known !== undefined) return this.#problem(node.at, 'This is no list')
      shape.element ??= new Shape()
      shape.label ||= this.#source.label(node.list.at)
      // Without a list the other branch is shown.
      shape.need(node.otherwise === undefined ? guard : 'truthy')
      const item = { shape: shape.element, key: `item${node.at}` }
      let inner: Scope = bind({ ...scope, inEach: true }, node.item, item)
      if (node.index !== undefined) {
        inner = bind(inner, node.index, { shape: new Shape(['number']), key: `index${node.at}` })
      }
      this.#nodes(node.body, inner)
    }
    this.#nodes(node.otherwise ?? [], scope)
  }

  #with(node: Extract<Node, { kind: 'with' | 'await' }>, scope: Scope): void {
    const found = this.#expressions.walk(node.value, scope)
    if (found !== undefined) {
      const facts = new Map<string, Guard>([[found.key, 'truthy']])
      this.#nodes(node.body, withFacts(bind(scope, node.name, found), facts))
    }
    this.#nodes(node.otherwise ?? [], scope)
  }

  #await(node: Extract<Node, { kind: 'with' | 'await' }>, scope: Scope): void {
    for (const inner of allNodes(node.body)) {
      const inserts = inner.kind === 'partial' || inner.kind === 'component'
      const late = inserts ? this.#around.callee(inner.template)?.givesContents : inner.kind === 'content'
      if (late)
        this.#problem(inner.at, 'The body of {{#await}} comes after the layout; it cannot give it contents')
    }
    const found = this.#expressions.walk(node.value, scope)
    if (found !== undefined) {
      const { shape, guard } = found
      shape.awaited ??= new Shape()
      shape.label ||= this.#source.label(node.value.at)
      shape.need(guard)
      this.#nodes(node.body, bind(scope, node.name, { shape: shape.awaited, key: `awaited${node.at}` }))
    }
    this.#nodes(node.otherwise ?? [], scope)
  }

  /** Checks what a partial or component is given against what it reads. */
  #insert(
    node: { readonly template: string; readonly args: Arguments; readonly at: number },
    scope: Scope,
    what: string,
  ): void {
    const callee = this.#around.callee(node.template)
    const { spread, named } = node.args
    for (const { name, value, at } of named) {
      const known = callee?.keys.has(name) ?? false
      if (callee !== undefined && !known) {
        const advice = suggest(name, callee.keys.keys())
        this.#problem(
          at,
          `The ${what} "${node.template}" reads no "${name}".${advice}`,
          'ZZZ_TEMPLATE_REFERENCE',
        )
      }
      const type = known ? `${callee?.type}[${JSON.stringify(name)}]` : 'unknown'
      this.#expressions.demand(value, { type, what: `what "${node.template}" reads` }, scope)
    }
    if (callee === undefined) return
    const given = named.map(({ name }) => name)
    const missing = [...callee.keys].filter(([name, { optional }]) => !optional && !given.includes(name))
    if (spread === undefined) {
      for (const [name] of missing.slice(0, 1)) {
        const all = missing.map(([one]) => `${one}=…`).join(' ')
        this.#problem(
          node.at,
          `The ${what} "${node.template}" reads "${name}"; give it with ${all}, or ... for all`,
        )
      }
      return
    }
    const needed = [...callee.keys.keys()].some((name) => !given.includes(name))
    const omitted = given.map((name) => JSON.stringify(name)).join(' | ')
    const type = omitted === '' ? callee.type : `Omit<${callee.type}, ${omitted}>`
    const from = lookUp(scope, spread)
    if (from?.binding.shape === this.root && from.keys.length === 0) {
      this.handsOn.push({ name: node.template, except: new Set(given) })
    }
    if (needed) this.#expressions.demandPath(spread, { type, what: `what "${node.template}" reads` }, scope)
    else this.#expressions.walk(spread, scope)
  }

  #slots({ template, slots, at }: Extract<Node, { kind: 'component' }>): void {
    const callee = this.#around.callee(template)
    if (callee === undefined) return
    for (const name of slots.keys()) {
      if (callee.yields.has(name)) continue
      const message =
        name === 'default'
          ? `The component "${template}" has no {{{yield}}} for what stands in its block`
          : `The component "${template}" has no slot "${name}".${suggest(name, callee.yields)}`
      this.#problem(at, message, 'ZZZ_TEMPLATE_REFERENCE')
    }
  }
}
