import type { Source } from '../problem.ts'
import type {
  Arguments,
  Comparison,
  Expression,
  LiteralExpression,
  NamedArgument,
  PathExpression,
} from './ast.ts'
import type { Token } from './token.ts'

/** Names that mean something else than a key of the data. */
const reserved = new Set(['and', 'or', 'not', 'as', 'else', 'yield', 'true', 'false', 'null'])
const variables = new Set(['@index', '@first', '@last', '@root', '@shared', '@slots'])
const comparisons = new Set(['==', '!=', '<', '<=', '>', '>='])
const constants: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }
/** Deeper than anyone nests, and far from what would exhaust the stack. */
const deepest = 50

/** Ends the reading of one tag; the problem has been noted. */
export class Unreadable extends Error {}

/**
 * Reads the expressions of one tag from its tokens. From weakest to strongest: `or`, `and`, `not`, comparisons, pipes.
 * Throws `Unreadable` after noting what is wrong.
 */
export class ExpressionParser {
  readonly #source: Source
  readonly #tokens: readonly Token[]
  #index: number
  #depth = 0

  constructor(source: Source, tokens: readonly Token[], index = 0) {
    this.#source = source
    this.#tokens = tokens
    this.#index = index
  }

  get token(): Token {
    return this.#tokens[Math.min(this.#index, this.#tokens.length - 1)] as Token
  }

  fail(message: string, at: number = this.token.at): never {
    this.#source.problem('ZZZ_TEMPLATE_SYNTAX', at, message)
    throw new Unreadable(message)
  }

  is(value: string, kind: Token['kind'] = 'sign'): boolean {
    return this.token.kind === kind && this.token.value === value
  }

  /** The token after this one. */
  get following(): Token {
    return this.#tokens[Math.min(this.#index + 1, this.#tokens.length - 1)] as Token
  }

  /** Whether the token after this one is that sign. */
  isNext(sign: string): boolean {
    return this.following.kind === 'sign' && this.following.value === sign
  }

  accept(value: string, kind: Token['kind'] = 'sign'): boolean {
    if (!this.is(value, kind)) return false
    this.#index++
    return true
  }

  next(): Token {
    const { token } = this
    this.#index++
    return token
  }

  /** Everything has to be read. */
  end(): void {
    if (this.token.kind !== 'end') this.fail(`Unexpected ${show(this.token)} here`)
  }

  expression(): Expression {
    if (++this.#depth > deepest) this.fail('This expression is nested too deeply')
    const result = this.#or()
    this.#depth--
    return result
  }

  #or(): Expression {
    let left = this.#and()
    while (this.is('or', 'name')) {
      const { at } = this.next()
      left = { kind: 'or', left, right: this.#and(), at }
    }
    return left
  }

  #and(): Expression {
    let left = this.#not()
    while (this.is('and', 'name')) {
      const { at } = this.next()
      left = { kind: 'and', left, right: this.#not(), at }
    }
    return left
  }

  #not(): Expression {
    const { at } = this.token
    let times = 0
    while (this.accept('not', 'name')) times++
    let value = this.#comparison()
    // not not x is true or false like x.
    for (let i = 0; i < Math.min(times, 2 - (times % 2)); i++) value = { kind: 'not', value, at }
    return value
  }

  #comparison(): Expression {
    const left = this.#piped()
    const { kind, value, at } = this.token
    if (kind === 'sign' && value === '=') this.fail('One "=" compares nothing; write "=="')
    if (kind !== 'sign' || !comparisons.has(value)) return left
    this.next()
    if (this.is('=') && (value === '==' || value === '!=')) {
      this.fail(`There is no "${value}="; write "${value}", which compares types too`, at)
    }
    return { kind: 'compare', operator: value as Comparison, left, right: this.#piped(), at }
  }

  #piped(): Expression {
    let value = this.#primary()
    while (this.is('|')) {
      this.next()
      const { kind, value: name, at } = this.next()
      if (name === '|')
        this.fail('There is no "||"; write "or" in conditions, "| default:…" for a value', at - 1)
      if (kind !== 'name') this.fail('After "|" comes the name of a pipe', at)
      const args: Expression[] = []
      const options: NamedArgument[] = []
      while (this.accept(':')) {
        if (this.token.kind === 'name' && this.isNext('=')) options.push(this.#named(() => this.#primary()))
        else args.push(this.#primary())
      }
      value = { kind: 'pipe', value, name, args, options, at }
    }
    return value
  }

  #named(value: () => Expression): NamedArgument {
    const { value: name, at } = this.next()
    this.next()
    return { name, value: value(), at }
  }

  #primary(): Expression {
    const { kind, value, at } = this.token
    if (kind === 'string' || kind === 'number') {
      this.next()
      return { kind: 'literal', value: kind === 'number' ? Number(value) : value, at }
    }
    if (this.accept('(')) {
      const inner = this.expression()
      if (!this.accept(')')) this.fail(`A ")" is missing, found ${show(this.token)}`)
      return inner
    }
    if (kind === 'name' && Object.hasOwn(constants, value)) {
      this.next()
      return { kind: 'literal', value: constants[value] as LiteralExpression['value'], at }
    }
    return this.path()
  }

  path(): PathExpression {
    const { kind, value: head, at } = this.token
    if (kind !== 'name') this.fail(`A value is missing: found ${show(this.token)}`)
    if (reserved.has(head)) this.fail(`"${head}" is a word of the language and cannot be read as data`)
    if (head.startsWith('@') && !variables.has(head)) {
      this.fail(`There is no ${head}; known are ${[...variables].join(', ')}`)
    }
    this.next()
    this.#checkKey(head, at)
    const keys: string[] = []
    while (this.is('.') || this.is('[')) keys.push(this.#key())
    return { kind: 'path', head, keys, at }
  }

  #key(): string {
    const bracket = this.next().value === '['
    const { kind, value, at } = this.next()
    const fits = bracket ? kind === 'string' || kind === 'number' : kind === 'name' || kind === 'number'
    if (!fits || value.startsWith('@')) {
      this.fail(bracket ? 'In brackets stands a key in quotes, or a number' : 'After a dot comes a key', at)
    }
    if (bracket && !this.accept(']')) this.fail('A "]" is missing')
    this.#checkKey(value, at)
    return value
  }

  #checkKey(key: string, at: number): void {
    if (key === '__proto__') this.fail('"__proto__" cannot be read', at)
  }

  /** A name that a block gives to a value. */
  binding(): string {
    const { kind, value, at } = this.next()
    if (kind !== 'name') this.fail('A name is missing between the bars', at)
    if (reserved.has(value) || value === 'this' || value.startsWith('@') || value.includes('-')) {
      this.fail(`"${value}" cannot be the name of a value`, at)
    }
    this.#checkKey(value, at)
    return value
  }

  /** `as |a, b|`, at most so many names. */
  bindings(most: number): string[] {
    if (!this.accept('as', 'name')) return []
    if (!this.accept('|')) this.fail('After "as" come names between bars: as |item|')
    const names = [this.binding()]
    while (this.accept(',')) names.push(this.binding())
    if (!this.accept('|')) this.fail('The second bar is missing: as |item|')
    if (names.length > most)
      this.fail(`This block gives at most ${most === 1 ? 'one name' : `${most} names`}`)
    if (new Set(names).size !== names.length) this.fail('The two names have to differ')
    return names
  }

  /** `value name=value …`, `... name=value`, `...value name=value` to the end of the tag. */
  args(): Arguments {
    let spread: PathExpression | undefined
    const { at } = this.token
    if (this.accept('...')) {
      const named = this.token.kind === 'name' && !this.isNext('=')
      spread = named ? this.path() : { kind: 'path', head: 'this', keys: [], at }
    } else if (this.token.kind === 'name' && !this.isNext('=')) spread = this.path()
    const named: NamedArgument[] = []
    for (;;) {
      if (this.is('...')) this.fail('"..." stands in front of what is named: {{> row ...item compact=true}}')
      if (this.token.kind !== 'name' || !this.isNext('=')) break
      const one = this.#named(() => this.#piped())
      if (one.name === '__proto__' || one.name.startsWith('@'))
        this.fail(`"${one.name}" cannot be given`, one.at)
      if (named.some(({ name }) => name === one.name)) this.fail(`"${one.name}" is given twice`, one.at)
      named.push(one)
    }
    if (this.#isValue) {
      const { at: second } = this.token
      const { head, keys } = this.path()
      const value = [head, ...keys].join('.')
      this.fail(
        `Unexpected ${JSON.stringify(head)} here: one value stands without a name, others are named, ${keys.at(-1) ?? head}=${value}`,
        second,
      )
    }
    this.end()
    return { spread, named }
  }

  /** Whether a name comes that is read as data. */
  get #isValue(): boolean {
    return this.token.kind === 'name' && !reserved.has(this.token.value)
  }

  /** Says what `{{upper name}}` is here, where a value is followed by another one. */
  refuseCall(name: string): void {
    if (!this.#isValue) return
    const { value: first, at } = this.token
    const { head, keys } = this.path()
    const value = [head, ...keys].join('.')
    this.fail(`Unexpected "${first}" here; a pipe stands behind its value: {{${value} | ${name}}}`, at)
  }

  /** Blocks take a value as it is in the data. */
  refusePipe(word: string): void {
    if (this.is('|'))
      this.fail(`{{#${word}}} takes a value of the data, without pipes; prepare it in the handler`)
  }

  /** A text in quotes that names something. */
  quoted(what: string): string {
    const { kind, value, at } = this.next()
    if (kind !== 'string' || value === '') this.fail(`${what} stands here in quotes`, at)
    return value
  }
}

/** A token in a message. */
export function show({ kind, value }: Token): string {
  return kind === 'end' ? value : JSON.stringify(value)
}
