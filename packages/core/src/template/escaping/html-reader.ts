import { continuesEntity, decodeEntity } from './html-entity.ts'
import { type HtmlState, saysMore, valueStart } from './html-state.ts'
import { scriptStart, scriptStep } from './script-state.ts'
import { styleStart, styleStep } from './style-state.ts'
import { urlStart, urlStep } from './url-state.ts'

/** Something in static text that makes it impossible to go on safely. */
export class UnsafeText extends Error {
  readonly index: number
  constructor(message: string, index: number) {
    super(message)
    this.index = index
  }
}

const rawTextElements = new Set(['title', 'textarea', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext'])

/** Reads static text; gives the state after it, and the text with quotes put around values that have none. */
export function readHtml(start: HtmlState, text: string): { state: HtmlState; text: string } {
  const reader = new HtmlReader(start)
  return { text: reader.read(text), state: reader.state }
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
