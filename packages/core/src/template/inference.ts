import type {
  Arguments,
  CompareExpression,
  Expression,
  Node,
  PathExpression,
  PipeExpression,
  Template,
} from './ast.ts'
import { isLayout } from './ast.ts'
import { comparedWith, type Demand, demandOf, jsonDemand, type Result, resultOf } from './demand.ts'
import type { Escaping } from './escaping.ts'
import { builtInPipes } from './pipe-info.ts'
import { pipeProblems } from './pipe-problems.ts'
import type { ProblemCode, Source } from './problem.ts'
import { allNodes } from './references.ts'
import { bind, commonFacts, keyBelow, lookUp, mergeFacts, rootScope, type Scope, withFacts } from './scope.ts'
import { type Atom, atomsText, type Guard, Shape, typeOfAtoms, withLabel } from './shape.ts'
import { suggest } from './suggest.ts'

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

export interface TypeCheck {
  readonly given: string
  readonly needed: string
  readonly label: string
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

interface Facts {
  readonly whenTrue: ReadonlyMap<string, Guard>
  readonly whenFalse: ReadonlyMap<string, Guard>
}

const nothing: ReadonlyMap<string, Guard> = new Map()

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
  readonly checks: TypeCheck[] = []
  readonly handsOn: { readonly name: string; readonly except: ReadonlySet<string> }[] = []
  readonly #source: Source
  readonly #template: Template
  readonly #escaping: Escaping
  readonly #around: Surroundings

  constructor(source: Source, template: Template, escaping: Escaping, around: Surroundings) {
    this.#source = source
    this.#template = template
    this.#escaping = escaping
    this.#around = around
    this.shared = isLayout(template.name) ? this.root : new Shape()
    this.#nodes(template.nodes, rootScope(this.root, this.shared))
    if (this.root.atoms !== undefined || this.root.element !== undefined) {
      this.#problem(0, 'The data of a template is an object; print or repeat one of its keys')
    }
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
        return this.#demand(node.expression, demandOf(this.#escaping.contexts.get(node) ?? 'raw'), scope)
      case 'if': {
        let rest = scope
        for (const { condition, body } of node.branches) {
          const { whenTrue, whenFalse } = this.#condition(condition, rest)
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
    const found = this.#walk(node.list, scope)
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
    const found = this.#walk(node.value, scope)
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
    const found = this.#walk(node.value, scope)
    if (found !== undefined) {
      const { shape, guard } = found
      shape.awaited ??= new Shape()
      shape.label ||= this.#source.label(node.value.at)
      shape.need(guard)
      this.#nodes(node.body, bind(scope, node.name, { shape: shape.awaited, key: `awaited${node.at}` }))
    }
    this.#nodes(node.otherwise ?? [], scope)
  }

  /** Follows a path to its shape; every value on the way has to be there. */
  #walk(path: PathExpression, scope: Scope) {
    const found = lookUp(scope, path)
    if (found === undefined) {
      this.#problem(path.at, `${path.head} is known inside {{#each}} only`, 'ZZZ_TEMPLATE_REFERENCE')
      return undefined
    }
    let { shape, key } = found.binding
    for (const part of found.keys) {
      if (shape.known !== undefined) {
        this.#problem(path.at, `This is a ${shape.known[0]} and has no "${part}"`)
        return undefined
      }
      shape.need(scope.facts.get(key) ?? 'none')
      this.#checkDeclared(shape, part, path.at)
      shape = shape.property(part, this.#source.label(path.at))
      key = keyBelow(key, part)
    }
    return { shape, key, guard: scope.facts.get(key) ?? ('none' as const) }
  }

  #checkDeclared(shape: Shape, key: string, at: number): void {
    const { props } = this.#template
    if (props === undefined || shape !== this.root) return
    const names = props.map(({ name }) => name)
    if (names.includes(key)) return
    this.#problem(at, `{{#props}} does not declare "${key}".${suggest(key, names)}`, 'ZZZ_TEMPLATE_REFERENCE')
  }

  #demand(expression: Expression, demand: Demand, scope: Scope): void {
    if (expression.kind === 'path') return this.#demandPath(expression, demand, scope)
    if (expression.kind === 'pipe') {
      const own = this.#pipe(expression, demand, scope)
      if (own !== undefined) this.#fit(own, demand, expression.at)
      return
    }
    if (expression.kind !== 'literal') this.#condition(expression, scope)
    this.#fit(resultOf(expression), demand, expression.at)
  }

  #demandPath(path: PathExpression, demand: Demand, scope: Scope): void {
    const found = this.#walk(path, scope)
    if (found === undefined) return
    const { shape, guard } = found
    if (shape.known !== undefined) return this.#fit({ atoms: shape.known }, demand, path.at)
    if (demand.absent !== true) shape.need(guard)
    const label = this.#source.label(path.at)
    if ('type' in demand) {
      shape.refer(demand.type, label)
      return
    }
    const before = shape.atoms
    if (shape.limit(demand.atoms, label)) return
    const kinds = [...(before ?? [])].join(' or ')
    this.#problem(path.at, `This has to be ${demand.what} here, and ${kinds} at ${shape.label}`)
  }

  /** Whether what the template makes itself is what is asked for. */
  #fit(result: Result, demand: Demand, at: number): void {
    const label = this.#source.label(at)
    if ('atoms' in result && 'atoms' in demand) {
      if (result.atoms.every((atom) => demand.atoms.includes(atom))) return
      return this.#problem(at, `This is ${result.atoms.join(' or ')}, and has to be ${demand.what} here`)
    }
    const quoted = JSON.stringify(label)
    const needed = 'type' in demand ? withLabel(demand.type, label) : typeOfAtoms(demand.atoms, quoted)
    const given = 'type' in result ? result.type : atomsText(result.atoms)
    this.checks.push({ given, needed, label })
  }

  /** Asks a pipe's value what the pipe needs; gives what the pipe gives, or nothing where the value answers itself. */
  #pipe(pipe: PipeExpression, demand: Demand, scope: Scope): Result | undefined {
    const { name, value, args, options } = pipe
    const known = Object.hasOwn(builtInPipes, name) ? builtInPipes[name] : undefined
    if (known === undefined) return this.#ownPipe(pipe, scope)
    for (const { at, message, code } of pipeProblems(pipe, known)) this.#problem(at, message, code)
    if (known.input === 'same') {
      // `default` hands on what is asked of it; its value may be absent, what stands in for it may not.
      this.#demand(value, { ...demand, absent: true }, scope)
      for (const arg of args) this.#demand(arg, demand, scope)
      return undefined
    }
    const input: Demand =
      known.input === 'json'
        ? jsonDemand
        : { atoms: known.input, what: `what the pipe ${name} takes (${known.input.join(', ')})` }
    this.#demand(value, input, scope)
    for (const [index, arg] of args.entries()) {
      const atoms = known.args[index]
      if (atoms !== undefined) this.#demand(arg, { atoms, what: `a ${atoms[0]}` }, scope)
    }
    for (const option of options) {
      const atoms = known.options[option.name]
      if (atoms !== undefined) this.#demand(option.value, { atoms, what: `a ${atoms[0]}` }, scope)
    }
    return { atoms: known.output as readonly Atom[] }
  }

  #ownPipe({ name, value, args, options, at }: PipeExpression, scope: Scope): Result | undefined {
    if (!this.#around.pipes.has(name)) {
      const known = [...Object.keys(builtInPipes), ...this.#around.pipes]
      const advice = name === 't' ? ' "t" is reserved for translations.' : suggest(name, known)
      this.#problem(at, `There is no pipe "${name}".${advice}`, 'ZZZ_TEMPLATE_REFERENCE')
      return undefined
    }
    const type = `Pipes[${JSON.stringify(name)}]`
    const parameter = (index: number): Demand => ({
      type: `PipeInput<${type}, ${index}, @label>`,
      what: `what the pipe ${name} takes`,
    })
    this.#demand(value, parameter(0), scope)
    for (const [index, arg] of args.entries()) this.#demand(arg, parameter(index + 1), scope)
    for (const option of options) {
      const key = JSON.stringify(option.name)
      const needed = `PipeOption<${type}, ${args.length + 1}, ${key}, @label>`
      this.#demand(option.value, { type: needed, what: `an option of ${name}` }, scope)
    }
    const given = `${args.length + 1 + (options.length > 0 ? 1 : 0)}`
    this.checks.push({ given, needed: `PipeArity<${type}>`, label: this.#source.label(at) })
    return { type: `PipeOutput<${type}>` }
  }

  /** Reads a condition, and says what is known where it holds and where it does not. */
  #condition(expression: Expression, scope: Scope): Facts {
    switch (expression.kind) {
      case 'path': {
        const found = this.#walk(expression, scope)
        const fact = new Map<string, Guard>(found && [[found.key, 'truthy']])
        return { whenTrue: fact, whenFalse: nothing }
      }
      case 'not': {
        const { whenTrue, whenFalse } = this.#condition(expression.value, scope)
        return { whenTrue: whenFalse, whenFalse: whenTrue }
      }
      case 'and': {
        const left = this.#condition(expression.left, scope)
        const right = this.#condition(expression.right, withFacts(scope, left.whenTrue))
        return {
          whenTrue: mergeFacts(left.whenTrue, right.whenTrue),
          whenFalse: commonFacts(left.whenFalse, right.whenFalse),
        }
      }
      case 'or': {
        const left = this.#condition(expression.left, scope)
        const right = this.#condition(expression.right, withFacts(scope, left.whenFalse))
        return {
          whenTrue: commonFacts(left.whenTrue, right.whenTrue),
          whenFalse: mergeFacts(left.whenFalse, right.whenFalse),
        }
      }
      case 'compare':
        return this.#comparison(expression, scope)
      case 'pipe':
        this.#demand(expression, { type: 'unknown', what: 'a value' }, scope)
        return { whenTrue: nothing, whenFalse: nothing }
      case 'literal':
        return { whenTrue: nothing, whenFalse: nothing }
    }
  }

  #comparison({ operator, left, right }: CompareExpression, scope: Scope): Facts {
    const equality = operator === '==' || operator === '!='
    const present = new Map<string, Guard>()
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (one.kind === 'literal') continue
      this.#demand(one, comparedWith(other, equality), scope)
      if (one.kind !== 'path' || other.kind !== 'literal') continue
      const found = this.#walk(one, scope)
      if (found !== undefined && equality) present.set(found.key, 'present')
    }
    // x != null and x == "text" are true of what is there.
    const withNull = [left, right].some((one) => one.kind === 'literal' && one.value === null)
    const whenEqual = withNull ? nothing : present
    const whenDifferent = withNull ? present : nothing
    return operator === '!='
      ? { whenTrue: whenDifferent, whenFalse: whenEqual }
      : { whenTrue: whenEqual, whenFalse: whenDifferent }
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
      this.#demand(value, { type, what: `what "${node.template}" reads` }, scope)
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
    if (needed) this.#demandPath(spread, { type, what: `what "${node.template}" reads` }, scope)
    else this.#walk(spread, scope)
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
