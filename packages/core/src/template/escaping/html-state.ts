import { type AttributeKind, attributeKind } from './attribute-kind.ts'
import { type ScriptState, scriptStart } from './script-state.ts'
import { type StyleState, styleStart } from './style-state.ts'
import { type UrlState, urlStart } from './url-state.ts'

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

/** Text of a page, before its first character. */
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

/** Begins a value without quotes; its quotes are put in. */
export function openValue(state: HtmlState): { state: HtmlState; text: string } {
  if (state.place !== 'before-value') return { state, text: '' }
  return { state: { ...state, ...valueStart(state), quote: 'auto' }, text: '"' }
}

/** The state where a value begins, whatever its quotes. */
export function valueStart({ element, attribute, said }: HtmlState): Partial<HtmlState> {
  const kind = attributeKind(element, attribute)
  const says = saysMore(element, attribute) ? '' : said
  const document = kind === 'srcdoc' ? htmlStart : undefined
  return { place: 'value', kind, held: '', url: urlStart, style: styleStart, document, said: says }
}

/** Whether the value of this attribute decides what another one, or the element's text, means. */
export function saysMore(element: string, attribute: string): boolean {
  return (element === 'script' && attribute === 'type') || (element === 'meta' && attribute === 'http-equiv')
}
