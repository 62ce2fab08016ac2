import { type UrlState, urlStart, urlStep } from './url-state.ts'

/** Where in a style sheet, or in the value of a `style` attribute, the static text has come to. */
export interface StyleState {
  readonly place: 'other' | 'value' | 'comment'
  /** The quote of the string that is open, or nothing. */
  readonly quote: string
  /** The address inside `url(`, while it is open. */
  readonly url: UrlState | undefined
  /** The last characters, to know `url(` and the signs of comments. */
  readonly before: string
}

/** The beginning of a style sheet, or of a `style` attribute. */
export const styleStart: StyleState = { place: 'other', quote: '', url: undefined, before: '' }

/** The state after one more character of static text. */
export function styleStep(state: StyleState, character: string): StyleState {
  const before = (state.before + character).slice(-4)
  if (state.place === 'comment') {
    return before.endsWith('*/') ? { ...state, place: 'other', before: '' } : { ...state, before }
  }
  if (state.quote !== '') return stringStep(state, character, before)
  if (before.endsWith('/*') && state.url === undefined) return { ...state, place: 'comment', before: '' }
  if (character === '"' || character === "'") return { ...state, quote: character, before }
  if (state.url !== undefined) {
    if (character === ')') return { ...state, url: undefined, before }
    return { ...state, url: urlStep(state.url, character), before }
  }
  if (before.toLowerCase() === 'url(') return { ...state, url: urlStart, before }
  if (character === ':') return { ...state, place: 'value', before }
  if (character === ';' || character === '{' || character === '}') return { ...state, place: 'other', before }
  return { ...state, before }
}

function stringStep(state: StyleState, character: string, before: string): StyleState {
  if (state.before.endsWith('\\')) return { ...state, before: '' }
  if (character === state.quote) return { ...state, quote: '', before }
  const url = state.url && urlStep(state.url, character)
  return { ...state, url, before }
}
