import { type AttributeKind, attributeKind } from './attribute-kind.ts'
import { type ScriptState, scriptStart, scriptStep } from './script-state.ts'
import { type StyleState, styleStart, styleStep } from './style-state.ts'
import { type UrlState, urlStart, urlStep } from './url-state.ts'

/** The places of HTML's tokenizer (WHATWG HTML, 13.2.5) as far as they decide what a slot may be. */
export type Place =
  | 'text'
  /** After `<` or `</`, before it is known what follows. */
  | 'open'
  | 'tag-name'
  | 'tag'
  | 'attribute-name'
  | 'after-name'
  /** Inside a tag, where some branch may have ended in a name: white space or the end of the tag has to follow. */
  | 'between'
  | 'before-value'
  | 'value'
  /** After `<!`, before it is known whether a comment begins. */
  | 'declaration'
  | 'comment'
  /** `<!doctype …>`, `<?…>` and other things that end with the next `>`. */
  | 'bogus'
  /** The text of title, textarea and the like, up to their end tag. */
  | 'raw-text'
  | 'script'
  | 'style'

/** Where the static text has come to. Plain data, so that branches can be compared where they meet. */
export interface HtmlState {
  readonly place: Place
  /** The tag being read, or the element whose text this is; lower case. */
  readonly element: string
  /** True in an end tag. */
  readonly ends: boolean
  readonly attribute: string
  readonly kind: AttributeKind
  /** `"`, `'`, or `auto` where the source has none and quotes are put in. */
  readonly quote: '"' | "'" | 'auto'
  /** An entity that is being read inside a value; or the dashes of a comment. */
  readonly held: string
  readonly url: UrlState
  readonly style: StyleState
  readonly script: ScriptState
  /** Where the document inside a `srcdoc` has come to. */
  readonly document: HtmlState | undefined
  /** What the `type` of a script or the `http-equiv` of a meta says; undefined where it has none. */
  readonly said: string | undefined
  /** Whether the content of this `meta` tag has a slot. */
  readonly contentSlot: boolean
  /** The end of what was read inside raw text, while it may be the end tag. */
  readonly ending: string
  /** How many svg and math elements are open: inside them, raw text is not raw. */
  readonly foreign: number
}

export const htmlStart: HtmlState = {
  place: 'text',
  element: '',
  ends: false,
  attribute: '',
  kind: 'plain',
  quote: '"',
  held: '',
  url: urlStart,
  style: styleStart,
  script: scriptStart,
  document: undefined,
  said: undefined,
  contentSlot: false,
  ending: '',
  foreign: 0,
}

/** Something in static text that makes it impossible to go on safely. */
export class UnsafeText extends Error {
  readonly index: number
  constructor(message: string, index: number) {
    super(message)
    this.index = index
  }
}

const rawTextElements = new Set(['title', 'textarea', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext'])
/** Those that stand for a character which means something to a tokenizer. Names mind their case. */
const entities: Readonly<Record<string, string>> = {
  colon: ':', Tab: '\t', NewLine: '\n', amp: '&', AMP: '&', lt: '<', LT: '<', gt: '>', GT: '>', sol: '/', bsol: '\\',
  quest: '?', num: '#', equals: '=', excl: '!', lpar: '(', rpar: ')', quot: '"', QUOT: '"', apos: "'", semi: ';', comma: ',',
  period: '.', ast: '*', lbrace: '{', lcub: '{', rbrace: '}', rcub: '}',
} // biome-ignore format: a table
/** Those that need no semicolon. */
const openEntities = /^&(?:amp|lt|gt|quot)$/i

/** Reads static text; gives the state after it, and the text with quotes put around values that have none. */
export function readHtml(start: HtmlState, text: string): { state: HtmlState; text: string } {
  const reader = new HtmlReader(start)
  return { text: reader.read(text), state: reader.state }
}

/** Begins a value without quotes; its quotes are put in. */
export function openValue(state: HtmlState): { state: HtmlState; text: string } {
  if (state.place !== 'before-value') return { state, text: '' }
  return { state: { ...state, ...valueStart(state), quote: 'auto' }, text: '"' }
}

function valueStart({ element, attribute, said }: HtmlState): Partial<HtmlState> {
  const kind = attributeKind(element, attribute)
  const says = saysMore(element, attribute) ? '' : said
  const document = kind === 'srcdoc' ? htmlStart : undefined
  return { place: 'value', kind, held: '', url: urlStart, style: styleStart, document, said: says }
}

/** Whether the value of this attribute decides what another one, or the element's text, means. */
export function saysMore(element: string, attribute: string): boolean {
  return (element === 'script' && attribute === 'type') || (element === 'meta' && attribute === 'http-equiv')
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

class HtmlReader {
  readonly state: Writable<HtmlState>
  #output = ''
  #index = 0

  constructor(state: HtmlState) {
    this.state = { ...state }
  }

  read(text: string): string {
    for (this.#index = 0; this.#index < text.length; this.#index++) this.#read(text[this.#index] as string)
    return this.#output
  }

  #read(character: string): void {
    switch (this.state.place) {
      case 'text':
        if (character === '<') this.#set({ place: 'open', ends: false, element: '' })
        break
      case 'open':
        this.#open(character)
        break
      case 'tag-name':
        this.#tagName(character)
        break
      case 'tag':
      case 'after-name':
        this.#inTag(character)
        break
      case 'between':
        if (!isSpace(character) && character !== '/' && character !== '>') {
          throw new UnsafeText('White space is missing here, after a block inside a tag', this.#index)
        }
        this.#set({ place: 'tag' })
        this.#inTag(character)
        break
      case 'attribute-name':
        this.#attributeName(character)
        break
      case 'before-value':
        if (!isSpace(character)) return this.#beginValue(character)
        break
      case 'value':
        return this.#value(character)
      case 'declaration':
        this.#declaration(character)
        break
      case 'comment':
        this.#comment(character)
        break
      case 'bogus':
        if (character === '>') this.#set({ place: 'text' })
        break
      default:
        this.#rawText(character)
    }
    this.#output += character
  }

  #set(change: Partial<HtmlState>): void {
    Object.assign(this.state, change)
  }

  #open(character: string): void {
    const { ends } = this.state
    if (/[a-z]/i.test(character)) {
      const fresh = { attribute: '', said: undefined, contentSlot: false, held: '' }
      this.#set({ place: 'tag-name', element: character.toLowerCase(), ...fresh })
    } else if (character === '/' && !ends) this.#set({ ends: true })
    else if (character === '!' && !ends) this.#set({ place: 'declaration', held: '' })
    else if (character === '?' || ends) this.#set({ place: character === '>' ? 'text' : 'bogus' })
    else if (character !== '<') this.#set({ place: 'text' })
  }

  #tagName(character: string): void {
    if (isSpace(character) || character === '/') this.#set({ place: 'tag', held: character })
    else if (character === '>') this.#endTag()
    else this.#set({ element: this.state.element + character.toLowerCase() })
  }

  #inTag(character: string): void {
    if (character === '>') this.#endTag()
    else if (character === '/') this.#set({ place: 'tag', held: '/' })
    else if (character === '=' && this.state.place === 'after-name') this.#set({ place: 'before-value' })
    else if (!isSpace(character)) {
      this.#set({ place: 'attribute-name', attribute: character.toLowerCase(), held: '' })
    }
  }

  #attributeName(character: string): void {
    if (isSpace(character)) this.#set({ place: 'after-name' })
    else if (character === '/') this.#set({ place: 'tag', held: '/' })
    else if (character === '>') this.#endTag()
    else if (character === '=') this.#set({ place: 'before-value' })
    else this.#set({ attribute: this.state.attribute + character.toLowerCase() })
  }

  #beginValue(character: string): void {
    if (character === '>') {
      this.#endTag()
      this.#output += character
      return
    }
    this.#set(valueStart(this.state))
    if (character === '"' || character === "'") {
      this.#set({ quote: character })
      this.#output += character
      return
    }
    this.#set({ quote: 'auto' })
    this.#output += '"'
    this.#value(character)
  }

  #value(character: string): void {
    const { quote } = this.state
    const ends = quote === 'auto' ? isSpace(character) || character === '>' : character === quote
    if (!ends) {
      this.#valueText(character)
      this.#output += quote === 'auto' && character === '"' ? '&quot;' : character
      return
    }
    this.#flushEntity(false)
    if (quote === 'auto') this.#output += '"'
    this.#set({ place: 'tag' })
    if (character === '>') this.#endTag()
    this.#output += character
  }

  /** Follows the inside of a value, its entities decoded. */
  #valueText(character: string): void {
    const { held } = this.state
    if (held !== '') {
      if (continuesEntity(held, character)) return this.#set({ held: held + character })
      this.#flushEntity(character === ';')
      if (character === ';') return
    }
    if (character === '&') this.#set({ held: '&' })
    else this.#decoded(character)
  }

  #flushEntity(closed: boolean): void {
    const { held } = this.state
    if (held === '') return
    this.#set({ held: '' })
    for (const character of decodeEntity(held, closed)) this.#decoded(character)
  }

  #decoded(character: string): void {
    const { kind, url, style, document, element, attribute, said } = this.state
    if (document !== undefined) this.#set({ document: this.#inDocument(document, character) })
    else if (kind === 'url' || kind === 'values') this.#set({ url: urlStep(url, character) })
    else if (kind === 'srcset') this.#set({ url: character === ',' ? urlStart : urlStep(url, character) })
    else if (kind === 'style') this.#set({ style: styleStep(style, character) })
    else if (saysMore(element, attribute)) this.#set({ said: said + character.toLowerCase() })
  }

  /** The document of a `srcdoc` is read like any other. */
  #inDocument(document: HtmlState, character: string): HtmlState {
    try {
      return readHtml(document, character).state
    } catch (error) {
      if (!(error instanceof UnsafeText)) throw error
      throw new UnsafeText(error.message, this.#index)
    }
  }

  #declaration(character: string): void {
    const { held } = this.state
    if (character === '-' && held === '') this.#set({ held: '-' })
    else if (character === '-' && held === '-') this.#set({ place: 'comment', held: '<' })
    else this.#set({ place: character === '>' ? 'text' : 'bogus', held: '' })
  }

  /** `-->` and `--!>` end a comment, and so do `>` and `->` right at its beginning. */
  #comment(character: string): void {
    const { held } = this.state
    if (character === '>' && /^(?:<-?|--!?)$/.test(held)) this.#set({ place: 'text', held: '' })
    else if (character === '-') {
      const dashes: Readonly<Record<string, string>> = { '<': '<-', '': '-' }
      this.#set({ held: dashes[held] ?? (held === '--!' ? '-' : '--') })
    } else this.#set({ held: character === '!' && held === '--' ? '--!' : '' })
  }

  /** After the `>` of a tag: text, or text of a kind of its own. */
  #endTag(): void {
    const { element, ends, foreign, said, contentSlot, held } = this.state
    if (element === 'meta' && contentSlot && said?.trim() === 'refresh') {
      throw new UnsafeText('A slot in a meta tag that refreshes can send people anywhere', this.#index)
    }
    const closed = ends || held === '/'
    if (element === 'svg' || element === 'math') {
      this.#set({ foreign: Math.max(0, foreign + (ends ? -1 : closed ? 0 : 1)) })
    }
    if (ends) this.#set({ place: 'text', element: '' })
    else if (element === 'script') this.#set({ place: 'script', script: scriptStart, ending: '' })
    else if (element === 'style') this.#set({ place: 'style', style: styleStart, ending: '' })
    else if (rawTextElements.has(element)) this.#set({ place: 'raw-text', ending: '' })
    else this.#set({ place: 'text', element: '' })
  }

  /** Text of a script, a style or a title: only its own end tag ends it. */
  #rawText(character: string): void {
    const { place, element, foreign } = this.state
    const ending = (this.state.ending + character).slice(-element.length - 3).toLowerCase()
    const closing = `</${element}`
    if (/[\s/>]/.test(character) && ending.endsWith(closing + character)) {
      this.#set({ place: 'tag-name', ends: true, ending: '', attribute: '', held: '' })
      this.#tagName(character)
      return
    }
    const tag = /<[a-z!?/].*$/s.exec(ending)?.[0]
    if (foreign > 0 && tag !== undefined && !closing.startsWith(tag)) {
      const message = `Inside svg and math, <${element}> may hold text only: browsers disagree about tags in it`
      throw new UnsafeText(message, this.#index)
    }
    if (place === 'script' && ending.endsWith('<!--')) {
      throw new UnsafeText('"<!--" in a script changes where the script ends', this.#index)
    }
    this.#set({ ending })
    if (place === 'script') this.#set({ script: scriptStep(this.state.script, character) })
    else if (place === 'style') this.#set({ style: styleStep(this.state.style, character) })
  }
}

function isSpace(character: string): boolean {
  return (
    character === ' ' || character === '\n' || character === '\t' || character === '\r' || character === '\f'
  )
}

/** Whether a character belongs to the entity that is being read: the first that does not ends a number. */
function continuesEntity(held: string, character: string): boolean {
  if (held.startsWith('&#')) return /^&#(?:\d+|x[\da-f]*)$/i.test(held + character)
  return held.length < 12 && (held === '&' ? /[\w#]/ : /\w/).test(character)
}

/** What an entity stands for; itself where it is none, as one without its semicolon mostly is. */
function decodeEntity(held: string, closed: boolean): string {
  const numeric = /^&#(?:x([\da-f]+)|(\d+))$/i.exec(held)
  if (numeric === null) {
    const known = closed || openEntities.test(held) ? entities[held.slice(1)] : undefined
    return known ?? (closed ? `${held};` : held)
  }
  const point = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16)
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
}
