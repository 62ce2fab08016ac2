import type { Source } from '../problem.ts'
import { suggest } from '../suggest.ts'
import type { DeclaredProp, Expression, Node, Template, TypeImport } from './ast.ts'
import { parseImport, parseProps } from './declarations.ts'
import { ExpressionParser, Unreadable } from './expression-parser.ts'
import { lex, type Piece, type TagPiece } from './lexer.ts'
import { blockWords, TagReader } from './tag-reader.ts'

/** Blocks in blocks; deeper than anyone nests, and far from what would exhaust the stack. */
const deepest = 100

/**
 * Parses one template. Everything that is wrong is noted on the source, several problems at once; what could be read is
 * returned all the same.
 */
export function parse(source: Source, name: string): Template {
  return new Parser(source, name).run()
}

/** What ended a list of nodes: a closing tag, an else, or the text. */
interface Stop {
  readonly kind: 'close' | 'else' | 'end'
  readonly tag: TagPiece | undefined
}

class Parser {
  readonly #source: Source
  readonly #name: string
  readonly #tags: TagReader
  readonly #pieces: readonly Piece[]
  #index = 0
  #depth = 0
  /** The rest was not read, so nothing is known of what it closes. */
  #gaveUp = false
  #layout: Template['layout']
  #props: DeclaredProp[] | undefined
  readonly #imports: TypeImport[] = []
  /** The slots of the components that are open, innermost last. */
  readonly #slots: { readonly filled: Map<string, readonly Node[]>; readonly depth: number }[] = []

  constructor(source: Source, name: string) {
    this.#source = source
    this.#name = name
    this.#tags = new TagReader(source, name)
    this.#pieces = lex(source)
  }

  run(): Template {
    const nodes: Node[] = []
    for (;;) {
      const { nodes: more, stop } = this.#nodes()
      nodes.push(...more)
      if (stop.kind === 'end') break
      const { tag } = stop
      const what = stop.kind === 'else' ? '{{else}}' : `{{/${tag?.tokens[0]?.value}}}`
      this.#problem(tag?.at ?? 0, `${what} stands in no block`)
    }
    const template = { name: this.#name, nodes, layout: this.#layout, props: this.#props }
    return { ...template, imports: this.#imports }
  }

  #problem(at: number, message: string): void {
    this.#source.problem('ZZZ_TEMPLATE_SYNTAX', at, message)
  }

  #nodes(): { nodes: Node[]; stop: Stop } {
    const nodes: Node[] = []
    while (this.#index < this.#pieces.length) {
      const piece = this.#pieces[this.#index++] as Piece
      if (piece.kind === 'text') {
        nodes.push(piece)
        continue
      }
      if (piece.sigil === 'close') return { nodes, stop: { kind: 'close', tag: piece } }
      if (isElse(piece)) return { nodes, stop: { kind: 'else', tag: piece } }
      const node = this.#attempt(() => this.#node(piece))
      if (node !== undefined) nodes.push(node)
    }
    return { nodes, stop: { kind: 'end', tag: undefined } }
  }

  /** A tag that cannot be read is left out, after its problem was noted. */
  #attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (error instanceof Unreadable) return undefined
      throw error
    }
  }

  #node(tag: TagPiece): Node | undefined {
    switch (tag.sigil) {
      case 'partial':
        return this.#tags.partial(tag)
      case 'open':
        return this.#block(tag)
      default:
        return this.#tags.output(tag)
    }
  }

  #block(tag: TagPiece): Node | undefined {
    const word = tag.tokens[0]?.value ?? ''
    const reader = new ExpressionParser(this.#source, tag.tokens, 1)
    switch (word) {
      case 'props':
        if (this.#props !== undefined) reader.fail('{{#props}} stands once in a template', tag.at)
        this.#props = parseProps(this.#source, tag.rest)
        return undefined
      case 'import': {
        const found = parseImport(this.#source, tag.rest)
        if (found !== undefined) this.#imports.push(found)
        return undefined
      }
      case 'layout':
        if (this.#layout !== undefined) reader.fail('{{#layout}} stands once in a template', tag.at)
        this.#layout = this.#tags.layout(tag)
        return undefined
    }
    if (!blockWords.includes(word)) {
      // The block may be well inside: its end is looked for, so that it is no problem of its own.
      this.#body(tag, word)
      if (word === 'unless') reader.fail(`There is no block {{#unless}}; write ${this.#ifNot(tag)}`, tag.at)
      reader.fail(`There is no block {{#${word}}}.${suggest(word, blockWords)}`, tag.at)
    }
    return this.#blockWithBody(tag, word)
  }

  /** What `{{#unless x}}` is here. */
  #ifNot({ tokens }: TagPiece): string {
    const condition = this.#source.text.slice(tokens[1]?.at, tokens.at(-1)?.at).trim()
    return `{{#if not ${condition.includes(' ') ? `(${condition})` : condition}}}`
  }

  #blockWithBody(tag: TagPiece, word: string): Node | undefined {
    const { at } = tag
    const head = this.#attempt(() => this.#tags.head(word, tag))
    if (word === 'component') this.#slots.push({ filled: new Map(), depth: this.#depth + 1 })
    const { body, otherwise, branches } = this.#body(tag, word)
    const slots = word === 'component' ? this.#slots.pop() : undefined
    if (head === undefined) return undefined
    switch (head.kind) {
      case 'if':
        return { ...head, branches: [{ condition: head.condition, body }, ...branches], otherwise, at }
      case 'each':
      case 'with':
      case 'await':
        return { ...head, body, otherwise, at }
      case 'component': {
        const all = new Map(slots?.filled)
        if (body.some((node) => node.kind !== 'text' || node.value.trim() !== '')) all.set('default', body)
        return { ...head, slots: all, at }
      }
      case 'slot':
        return this.#fillSlot(head.name, body, at)
      case 'content':
        return { kind: 'content', name: head.name, body, at }
      case 'yield':
        return { kind: 'yield', name: head.name, fallback: body, at }
    }
  }

  #fillSlot(name: string, body: readonly Node[], at: number): undefined {
    const slots = this.#slots.at(-1)
    if (slots?.depth !== this.#depth) {
      this.#problem(at, '{{#slot}} stands directly in a {{#component}}, in no other block')
    } else if (slots.filled.has(name)) this.#problem(at, `The slot "${name}" is filled twice`)
    else if (name === 'default') this.#problem(at, 'What stands in no slot is the default one')
    else slots.filled.set(name, body)
    return undefined
  }

  /** Reads to the tag that closes a block, with its else branches. */
  #body(tag: TagPiece, word: string) {
    if (++this.#depth > deepest) {
      this.#problem(tag.at, 'Blocks are nested too deeply')
      this.#index = this.#pieces.length
      this.#gaveUp = true
    }
    const branches: { condition: Expression; body: Node[] }[] = []
    const { nodes: body, stop: first } = this.#nodes()
    let stop = first
    let otherwise: Node[] | undefined
    while (stop.kind === 'else') {
      const { tag: elseTag } = stop
      const condition = this.#attempt(() =>
        this.#tags.elseCondition(elseTag as TagPiece, word, otherwise !== undefined),
      )
      const { nodes, stop: next } = this.#nodes()
      if (condition === undefined || condition === 'none') otherwise = nodes
      else branches.push({ condition, body: nodes })
      stop = next
    }
    this.#depth--
    this.#checkClose(tag, word, stop)
    return { body, otherwise, branches }
  }

  #checkClose(open: TagPiece, word: string, { kind, tag }: Stop): void {
    if (kind === 'end') {
      if (!this.#gaveUp) this.#problem(open.at, `{{#${word}}} is never closed by {{/${word}}}`)
      return
    }
    const closed = tag?.tokens[0]?.value ?? ''
    if (closed !== word) {
      const { line } = this.#source.place(open.at)
      this.#problem(
        tag?.at ?? 0,
        `{{/${closed}}} closes {{#${word}}} of line ${line}; it has to be {{/${word}}}`,
      )
      // A block that was meant to end further out: let it end there.
      if (blockWords.includes(closed)) this.#index--
    } else if (tag?.tokens[1]?.kind !== 'end') this.#problem(tag?.at ?? 0, `{{/${word}}} takes nothing else`)
  }
}

function isElse({ sigil, tokens }: TagPiece): boolean {
  return sigil === 'output' && tokens[0]?.kind === 'name' && tokens[0].value === 'else'
}
