import type { Source } from '../problem.ts'
import { readTokens, type Token } from './token.ts'

/** Text between tags, whitespace control already applied. */
export interface TextPiece {
  readonly kind: 'text'
  value: string
  readonly at: number
}

/** What the first character of a tag says: `{{x}}`, `{{{x}}}`, `{{#x}}`, `{{/x}}`, `{{> x}}`. */
export type Sigil = 'output' | 'raw' | 'open' | 'close' | 'partial'

export interface TagPiece {
  readonly kind: 'tag'
  readonly sigil: Sigil
  readonly tokens: readonly Token[]
  /** What follows the first word, as written, for tags that hold TypeScript. */
  readonly rest: { readonly text: string; readonly at: number }
  readonly at: number
}

export type Piece = TextPiece | TagPiece

/** Tags whose content is TypeScript and not ours to read. */
const foreign = /\{\{~?#(props|import)\b/y
const verbatim = '{{{{raw}}}}'
const verbatimEnd = '{{{{/raw}}}}'
const partialName = /\s*([\w.$-][\w./$-]*)/y

/**
 * Divides a template into text and tags. `{{~` and `~}}` take away all whitespace beside them; comments leave nothing;
 * what stands in `{{{{raw}}}}` is text.
 */
export function lex(source: Source): Piece[] {
  return new Lexer(source).run()
}

class Lexer {
  readonly #source: Source
  readonly #text: string
  readonly #pieces: Piece[] = []
  #at = 0
  /** True when the last tag ended with `~}}`: whitespace that follows is dropped. */
  #trimNext = false

  constructor(source: Source) {
    this.#source = source
    this.#text = source.text
  }

  run(): Piece[] {
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf('{{', this.#at)
      this.#pushText(open === -1 ? this.#text.length : open)
      if (open !== -1) this.#readTag()
    }
    return this.#pieces
  }

  #startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #pushText(end: number): void {
    const at = this.#at
    let value = this.#text.slice(at, end)
    this.#at = end
    if (this.#trimNext) value = value.trimStart()
    // Whitespace after a trimming tag may go on behind a comment.
    if (value === '') return
    this.#trimNext = false
    this.#pieces.push({ kind: 'text', value, at })
  }

  #readTag(): void {
    if (this.#startsWith(verbatim)) this.#readVerbatim()
    else if (/^\{\{~?!/.test(this.#text.slice(this.#at, this.#at + 4))) this.#readComment()
    else {
      foreign.lastIndex = this.#at
      const match = foreign.exec(this.#text)
      if (match === null) this.#readOrdinary()
      else this.#readForeign(match[0].length)
    }
  }

  #readVerbatim(): void {
    const start = this.#at + verbatim.length
    const end = this.#text.indexOf(verbatimEnd, start)
    if (end === -1) {
      this.#source.problem('ZZZ_TEMPLATE_SYNTAX', this.#at, `${verbatim} is never closed by ${verbatimEnd}`)
    }
    const stop = end === -1 ? this.#text.length : end
    this.#trimNext = false
    if (stop > start) this.#pieces.push({ kind: 'text', value: this.#text.slice(start, stop), at: start })
    this.#at = end === -1 ? stop : stop + verbatimEnd.length
  }

  #readComment(): void {
    const at = this.#at
    const start = this.#text.indexOf('!', at) + 1
    // A comment that has to hold braces begins and ends with two dashes.
    const long = this.#text.startsWith('--', start)
    const pattern = long ? /--~?\}\}/g : /~?\}\}/g
    pattern.lastIndex = long ? start + 2 : start
    const close = pattern.exec(this.#text)
    if (this.#text[at + 2] === '~') this.#trimBefore()
    if (close === null) {
      this.#source.problem(
        'ZZZ_TEMPLATE_SYNTAX',
        at,
        `This comment is never closed by ${long ? '--}}' : '}}'}`,
      )
      this.#at = this.#text.length
      return
    }
    if (close[0].includes('~')) this.#trimNext = true
    this.#at = close.index + close[0].length
  }

  /** Reads a tag that holds TypeScript: to the braces that close it, past those that are the type's own. */
  #readForeign(length: number): void {
    const at = this.#at
    const start = at + length
    let depth = 0
    let quote = ''
    let end = start
    for (; end < this.#text.length; end++) {
      const character = this.#text[end] as string
      if (quote !== '') {
        if (character === '\\') end++
        else if (character === quote) quote = ''
      } else if (character === '"' || character === "'" || character === '`') quote = character
      else if (character === '{' || character === '(' || character === '[') depth++
      else if (depth === 0 && this.#text.startsWith('}}', end)) break
      else if (character === '}' || character === ')' || character === ']') depth--
    }
    this.#at = end
    if (this.#text[at + 2] === '~') this.#trimBefore()
    const word = (/#(\w+)/.exec(this.#text.slice(at, start)) as RegExpExecArray)[1] as string
    let text = this.#text.slice(start, end)
    const trims = text.endsWith('~')
    if (trims) text = text.slice(0, -1)
    const tokens: Token[] = [
      { kind: 'name', value: word, at },
      { kind: 'end', value: 'the end of the tag', at: end },
    ]
    this.#pieces.push({ kind: 'tag', sigil: 'open', tokens, rest: { text, at: start }, at })
    this.#close('}}', trims, at)
  }

  #readOrdinary(): void {
    const at = this.#at
    const triple = this.#startsWith('{{{')
    this.#at += triple ? 3 : 2
    if (this.#text[this.#at] === '~') {
      this.#trimBefore()
      this.#at++
    }
    const sigil = triple ? 'raw' : this.#readSigil()
    const tokens: Token[] = []
    if (sigil === 'partial') this.#readPartialName(tokens)
    const start = this.#at
    const braces = triple ? '}}}' : '}}'
    const { tokens: rest, end, unknown } = readTokens(this.#text, start)
    tokens.push(...rest)
    this.#at = end
    const trims = this.#text[end] === '~'
    if (trims) this.#at++
    const closed = this.#startsWith(braces)
    if (closed && unknown !== undefined) {
      this.#source.problem('ZZZ_TEMPLATE_SYNTAX', unknown.at, unknown.message)
    }
    // A tag that cannot be read is left out; blocks stay, so that what ends them has its beginning.
    if ((closed && unknown === undefined) || sigil === 'open' || sigil === 'close') {
      this.#pieces.push({ kind: 'tag', sigil, tokens, rest: { text: '', at: start }, at })
    }
    this.#close(braces, trims, at)
  }

  #readSigil(): Sigil {
    const sigils: Readonly<Record<string, Sigil>> = { '#': 'open', '/': 'close', '>': 'partial' }
    const sigil = sigils[this.#text[this.#at] ?? '']
    if (sigil === undefined) return 'output'
    this.#at++
    return sigil
  }

  /** `users/row` after `{{>` is one name; in quotes it is a text like any other. */
  #readPartialName(tokens: Token[]): void {
    partialName.lastIndex = this.#at
    const match = partialName.exec(this.#text)
    if (match?.[1] === undefined) return
    tokens.push({ kind: 'string', value: match[1], at: this.#at + match[0].length - match[1].length })
    this.#at += match[0].length
  }

  #close(braces: string, trims: boolean, opened: number): void {
    this.#trimNext = trims
    if (this.#startsWith(braces)) {
      this.#at += braces.length
      return
    }
    const message =
      this.#at >= this.#text.length
        ? `This tag is never closed by ${braces}`
        : `This tag has to end with ${braces}`
    this.#source.problem('ZZZ_TEMPLATE_SYNTAX', opened, message)
    while (this.#text[this.#at] === '}') this.#at++
  }

  #trimBefore(): void {
    for (let last = this.#pieces.at(-1); last?.kind === 'text'; last = this.#pieces.at(-1)) {
      last.value = last.value.trimEnd()
      if (last.value !== '') return
      this.#pieces.pop()
    }
  }
}
