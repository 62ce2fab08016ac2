import type { Source } from '../problem.ts'
import type { Arguments, Expression, Node, PathExpression, Template } from './ast.ts'
import { ExpressionParser, show, Unreadable } from './expression-parser.ts'
import type { TagPiece } from './lexer.ts'

/** The first words of blocks. */
export const blockWords: readonly string[] = [
  'if',
  'each',
  'with',
  'await',
  'component',
  'slot',
  'content',
  'yield',
  'layout',
  'props',
  'import',
]

/** Kept for translations and assets. */
const helpers = new Set(['t', 'asset_path'])

/** What the tag says that opens a block. */
export type BlockHead =
  | { readonly kind: 'if'; readonly condition: Expression }
  | {
      readonly kind: 'each'
      readonly list: PathExpression
      readonly item: string | undefined
      readonly index: string | undefined
    }
  | { readonly kind: 'with' | 'await'; readonly value: PathExpression; readonly name: string | undefined }
  | { readonly kind: 'component'; readonly template: string; readonly args: Arguments }
  | { readonly kind: 'slot' | 'content' | 'yield'; readonly name: string }

/** Reads single tags of one template. What cannot be read is noted, and throws `Unreadable`. */
export class TagReader {
  readonly #source: Source
  readonly #name: string

  /** `name` is the template's. */
  constructor(source: Source, name: string) {
    this.#source = source
    this.#name = name
  }

  /** `{{value}}`, `{{{value}}}` and `{{{yield}}}`. */
  output(tag: TagPiece): Node {
    const reader = new ExpressionParser(this.#source, tag.tokens)
    const raw = tag.sigil === 'raw'
    if (reader.is('yield', 'name')) {
      if (!raw) reader.fail('A yield is HTML: write {{{yield}}}')
      reader.next()
      const name = reader.token.kind === 'string' ? reader.quoted('The name of a yield') : 'default'
      reader.end()
      return { kind: 'yield', name, fallback: undefined, at: tag.at }
    }
    this.#refuseHelper(reader)
    const expression = reader.expression()
    if (expression.kind === 'path' && expression.keys.length === 0) reader.refuseCall(expression.head)
    reader.end()
    return { kind: 'output', raw, expression, at: tag.at }
  }

  /** `{{t "key"}}` and `{{asset_path "file"}}` are kept for translations and assets. */
  #refuseHelper(reader: ExpressionParser): void {
    const { kind, value, at } = reader.token
    const { kind: next } = reader.following
    if (kind === 'name' && /^els(?:e?if)$/.test(value) && next !== 'end') {
      reader.fail(`There is no {{${value} …}}; write {{else if …}}`, at)
    }
    if (kind !== 'name' || !(next === 'string' || next === 'number' || reader.isNext('='))) return
    if (helpers.has(value)) reader.fail(`{{${value} "…"}} is reserved and not available yet`, at)
    reader.fail(`There are no helpers like {{${value} "…"}}; give the value in the data, or use a pipe`, at)
  }

  /** `{{> name}}`. */
  partial(tag: TagPiece): Node {
    const reader = new ExpressionParser(this.#source, tag.tokens)
    const template = this.#resolve(reader.quoted('The name of a partial'), tag.at)
    return { kind: 'partial', template, args: reader.args(), at: tag.at }
  }

  /** `{{#layout "name"}}`. */
  layout(tag: TagPiece): NonNullable<Template['layout']> {
    const reader = new ExpressionParser(this.#source, tag.tokens, 1)
    const template = this.#resolve(reader.quoted('The name of a layout'), tag.at)
    reader.end()
    return { template, at: tag.at }
  }

  /** A name from the views' root; one that begins with a dot is seen from this template. */
  #resolve(given: string, at: number): string {
    const parts = given.startsWith('.') ? this.#name.split('/').slice(0, -1) : []
    for (const part of given.split('/')) {
      if (part === '..' && parts.length === 0) {
        this.#source.problem('ZZZ_TEMPLATE_SYNTAX', at, `"${given}" leads out of the views`)
        throw new Unreadable()
      }
      if (part === '..') parts.pop()
      else if (part !== '.' && part !== '') parts.push(part)
    }
    return parts.join('/').replace(/\.html\.zzz$/, '')
  }

  /** Reads what follows the first word of a block's tag. */
  head(word: string, tag: TagPiece): BlockHead {
    const reader = new ExpressionParser(this.#source, tag.tokens, 1)
    switch (word) {
      case 'if': {
        const condition = reader.expression()
        reader.end()
        return { kind: 'if', condition }
      }
      case 'each': {
        const list = reader.path()
        reader.refusePipe(word)
        const [item, index] = reader.bindings(2)
        reader.end()
        return { kind: 'each', list, item, index }
      }
      case 'with':
      case 'await': {
        const value = reader.path()
        reader.refusePipe(word)
        const [name] = reader.bindings(1)
        reader.end()
        return { kind: word, value, name }
      }
      case 'component': {
        const { at } = reader.token
        const template = this.#resolve(reader.quoted('The name of a component'), at)
        return { kind: 'component', template, args: reader.args() }
      }
      default: {
        const name = reader.quoted(`The name of a ${word}`)
        reader.end()
        return { kind: word as 'slot' | 'content' | 'yield', name }
      }
    }
  }

  /** The condition of an else; `none` where it has none. `late` says that such a one came before. */
  elseCondition(tag: TagPiece, word: string, late: boolean): Expression | 'none' {
    const reader = new ExpressionParser(this.#source, tag.tokens, 1)
    if (late) reader.fail('{{else}} is the last branch', tag.at)
    if (blockWords.includes(word) && !['if', 'each', 'with', 'await'].includes(word)) {
      reader.fail(`{{#${word}}} has no {{else}}`, tag.at)
    }
    if (reader.token.kind === 'end') return 'none'
    if (!reader.accept('if', 'name'))
      reader.fail(`After "else" comes "if" or nothing, not ${show(reader.token)}`)
    if (word !== 'if') reader.fail(`{{else if}} belongs to {{#if}}, and this is {{#${word}}}`, tag.at)
    const condition = reader.expression()
    reader.end()
    return condition
  }
}
