import { builtInPipes } from '../pipe-info.ts'
import type { ProblemCode, Source } from '../problem.ts'
import { suggest } from '../suggest.ts'
import type {
  CompareExpression,
  Expression,
  PathExpression,
  PipeExpression,
  Template,
} from '../syntax/ast.ts'
import { comparedWith, type Demand, jsonDemand, type Result, resultOf } from './demand.ts'
import { pipeProblems } from './pipe-problems.ts'
import { commonFacts, keyBelow, lookUp, mergeFacts, type Scope, withFacts } from './scope.ts'
import { type Atom, atomsText, type Guard, type Shape, typeOfAtoms, withLabel } from './shape.ts'

/** A type that the compiler has to find assignable to another one. */
export interface TypeCheck {
  readonly given: string
  readonly needed: string
  /** The place in the template. */
  readonly label: string
}

/** The value that a path leads to: its shape, its name in the facts, and what is known of it there. */
export interface Found {
  readonly shape: Shape
  readonly key: string
  readonly guard: Guard
}

/** What a condition tells of values: where it holds, and where it does not. */
export interface Facts {
  readonly whenTrue: ReadonlyMap<string, Guard>
  readonly whenFalse: ReadonlyMap<string, Guard>
}

const nothing: ReadonlyMap<string, Guard> = new Map()

/** What expressions ask of the data that they read. */
export class ExpressionInference {
  /** What cannot be said of the data alone. */
  readonly checks: TypeCheck[] = []
  readonly #source: Source
  readonly #template: Template
  readonly #root: Shape
  readonly #pipes: ReadonlySet<string>

  /** `root` is what the template's data has to be, `pipes` are the names of the application's own. */
  constructor(source: Source, template: Template, root: Shape, pipes: ReadonlySet<string>) {
    this.#source = source
    this.#template = template
    this.#root = root
    this.#pipes = pipes
  }

  #problem(at: number, message: string, code: ProblemCode = 'ZZZ_TEMPLATE_TYPE') {
    this.#source.problem(code, at, message)
  }

  /** Follows a path to its shape; every value on the way has to be there. */
  walk(path: PathExpression, scope: Scope): Found | undefined {
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
    return { shape, key, guard: scope.facts.get(key) ?? 'none' }
  }

  #checkDeclared(shape: Shape, key: string, at: number): void {
    const { props } = this.#template
    if (props === undefined || shape !== this.#root) return
    const names = props.map(({ name }) => name)
    if (names.includes(key)) return
    this.#problem(at, `{{#props}} does not declare "${key}".${suggest(key, names)}`, 'ZZZ_TEMPLATE_REFERENCE')
  }

  /** Asks an expression for what a use of it needs. */
  demand(expression: Expression, demand: Demand, scope: Scope): void {
    if (expression.kind === 'path') return this.demandPath(expression, demand, scope)
    if (expression.kind === 'pipe') {
      const own = this.#pipe(expression, demand, scope)
      if (own !== undefined) this.#fit(own, demand, expression.at)
      return
    }
    if (expression.kind !== 'literal') this.condition(expression, scope)
    this.#fit(resultOf(expression), demand, expression.at)
  }

  /** Asks the value at a path for what a use of it needs. */
  demandPath(path: PathExpression, demand: Demand, scope: Scope): void {
    const found = this.walk(path, scope)
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
      this.demand(value, { ...demand, absent: true }, scope)
      for (const arg of args) this.demand(arg, demand, scope)
      return undefined
    }
    const input: Demand =
      known.input === 'json'
        ? jsonDemand
        : { atoms: known.input, what: `what the pipe ${name} takes (${known.input.join(', ')})` }
    this.demand(value, input, scope)
    for (const [index, arg] of args.entries()) {
      const atoms = known.args[index]
      if (atoms !== undefined) this.demand(arg, { atoms, what: `a ${atoms[0]}` }, scope)
    }
    for (const option of options) {
      const atoms = known.options[option.name]
      if (atoms !== undefined) this.demand(option.value, { atoms, what: `a ${atoms[0]}` }, scope)
    }
    return { atoms: known.output as readonly Atom[] }
  }

  #ownPipe({ name, value, args, options, at }: PipeExpression, scope: Scope): Result | undefined {
    if (!this.#pipes.has(name)) {
      const known = [...Object.keys(builtInPipes), ...this.#pipes]
      const advice = name === 't' ? ' "t" is reserved for translations.' : suggest(name, known)
      this.#problem(at, `There is no pipe "${name}".${advice}`, 'ZZZ_TEMPLATE_REFERENCE')
      return undefined
    }
    const type = `Pipes[${JSON.stringify(name)}]`
    const parameter = (index: number): Demand => ({
      type: `PipeInput<${type}, ${index}, @label>`,
      what: `what the pipe ${name} takes`,
    })
    this.demand(value, parameter(0), scope)
    for (const [index, arg] of args.entries()) this.demand(arg, parameter(index + 1), scope)
    for (const option of options) {
      const key = JSON.stringify(option.name)
      const needed = `PipeOption<${type}, ${args.length + 1}, ${key}, @label>`
      this.demand(option.value, { type: needed, what: `an option of ${name}` }, scope)
    }
    const given = `${args.length + 1 + (options.length > 0 ? 1 : 0)}`
    this.checks.push({ given, needed: `PipeArity<${type}>`, label: this.#source.label(at) })
    return { type: `PipeOutput<${type}>` }
  }

  /** Reads a condition, and says what is known where it holds and where it does not. */
  condition(expression: Expression, scope: Scope): Facts {
    switch (expression.kind) {
      case 'path': {
        const found = this.walk(expression, scope)
        const fact = new Map<string, Guard>(found && [[found.key, 'truthy']])
        return { whenTrue: fact, whenFalse: nothing }
      }
      case 'not': {
        const { whenTrue, whenFalse } = this.condition(expression.value, scope)
        return { whenTrue: whenFalse, whenFalse: whenTrue }
      }
      case 'and': {
        const left = this.condition(expression.left, scope)
        const right = this.condition(expression.right, withFacts(scope, left.whenTrue))
        return {
          whenTrue: mergeFacts(left.whenTrue, right.whenTrue),
          whenFalse: commonFacts(left.whenFalse, right.whenFalse),
        }
      }
      case 'or': {
        const left = this.condition(expression.left, scope)
        const right = this.condition(expression.right, withFacts(scope, left.whenFalse))
        return {
          whenTrue: commonFacts(left.whenTrue, right.whenTrue),
          whenFalse: mergeFacts(left.whenFalse, right.whenFalse),
        }
      }
      case 'compare':
        return this.#comparison(expression, scope)
      case 'pipe':
        this.demand(expression, { type: 'unknown', what: 'a value' }, scope)
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
      this.demand(one, comparedWith(other, equality), scope)
      if (one.kind !== 'path' || other.kind !== 'literal') continue
      const found = this.walk(one, scope)
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
}
