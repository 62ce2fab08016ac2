import { type HtmlState, openValue, saysMore } from './html-state.ts'
import { placeOfSlot, scriptAfterSlot } from './script-state.ts'
import { isSettled, urlAfterSlot } from './url-state.ts'

/** What a slot is escaped for; each has an encoder of the same name (`runtime/encoders.ts`). */
export type SlotContext =
  | 'text'
  | 'attribute'
  | 'comment'
  | 'srcdoc'
  | 'url'
  | 'urlOpen'
  | 'urlRoot'
  | 'urlQuery'
  | 'srcset'
  | 'cssValue'
  | 'cssString'
  | 'cssUrl'
  | 'json'
  /** As it is: `{{{raw}}}`. */
  | 'raw'

/** The context of a slot and the state after it, or the reason why nothing can be safe there. */
export type Slot =
  | {
      readonly context: SlotContext
      readonly state: HtmlState
      readonly text: string
      readonly unsafe?: undefined
    }
  | { readonly unsafe: string; readonly state: HtmlState; readonly text: string }

/** A slot at this state. `text` is what has to stand in front of it: the quote of a value that has none. */
export function slotAt(state: HtmlState, raw: boolean): Slot {
  const opened = openValue(state)
  const found = contextAt(opened.state)
  const after = afterSlot(opened.state)
  const { text } = opened
  if (raw) return { context: 'raw', state: after, text }
  return 'unsafe' in found ? { ...found, state: after, text } : { ...found, state: after, text }
}

type Found = { readonly context: SlotContext } | { readonly unsafe: string }

const unsafe = (reason: string): Found => ({ unsafe: reason })

function contextAt(state: HtmlState): Found {
  switch (state.place) {
    case 'text':
    case 'bogus':
      return { context: 'text' }
    case 'raw-text':
      return /<\/?[\w-]*$/.test(state.ending) ? unsafe('here it could become a tag') : { context: 'text' }
    case 'comment':
      return { context: 'comment' }
    case 'open':
    case 'tag-name':
      return unsafe('the name of a tag cannot be data')
    case 'tag':
    case 'attribute-name':
    case 'after-name':
    case 'between':
      return unsafe('the name of an attribute cannot be data; put {{#if}} around whole attributes')
    case 'declaration':
      return unsafe('here it could begin a comment')
    case 'script':
      return scriptContext(state)
    case 'style':
      if (/<\/?[\w-]*$/.test(state.ending)) return unsafe('here it could become a tag')
      return styleContext(state)
    default:
      return valueContext(state)
  }
}

function valueContext(state: HtmlState): Found {
  const { kind, element, attribute } = state
  if (saysMore(element, attribute)) return unsafe(`it decides what <${element}> means; write it out`)
  if (kind === 'plain' || kind === 'refresh') return { context: 'attribute' }
  if (state.held !== '' && !(kind === 'url' && isSettled(state.url))) {
    return unsafe(
      `"${state.held}" in front of it could become an entity with it; write &amp; for an ampersand`,
    )
  }
  switch (kind) {
    case 'srcdoc':
      if (state.document?.place === 'text') return { context: 'srcdoc' }
      return unsafe('inside of srcdoc it can be text only; give all of it as one value, made by html`…`')
    case 'code':
      return unsafe(
        `browsers or libraries run "${attribute}" as code; use a data- attribute that a script reads`,
      )
    case 'animated':
      return unsafe(`"${attribute}" of <${element}> can set any attribute, addresses included`)
    case 'style':
      return styleContext(state)
    case 'srcset':
      return { context: state.url.phase === 'start' ? 'srcset' : 'attribute' }
    case 'values':
      if (state.url.phase === 'start') return { context: 'url' }
      return unsafe(`give all of it as one value: ${attribute}="{{… | json}}"`)
    case 'url':
      return urlContext(state)
  }
}

function urlContext({ url }: HtmlState): Found {
  switch (url.phase) {
    case 'start':
      return { context: 'url' }
    case 'prefix':
    case 'open':
      return { context: 'urlOpen' }
    case 'root':
      return { context: 'urlRoot' }
    case 'query-value':
      return { context: 'urlQuery' }
    case 'path':
    case 'query':
      return { context: 'attribute' }
    default:
      return unsafe(
        'the scheme of this address runs code or is not known; build the whole address in the handler',
      )
  }
}

function styleContext({ style, place }: HtmlState): Found {
  if (style.url !== undefined) {
    if (style.quote === '') return unsafe('put the address in quotes: url("{{…}}")')
    return style.url.phase === 'unsafe' ? unsafe('this address is not safe') : { context: 'cssUrl' }
  }
  if (style.quote !== '') return { context: 'cssString' }
  if (style.place === 'value') return { context: 'cssValue' }
  const where = place === 'style' ? 'a style sheet' : 'a style'
  return unsafe(`in ${where} it can be the value of a property ("color: {{…}}") or stand in quotes`)
}

/** What browsers run, and what scripts read as data; both take JSON. */
const scriptTypes =
  /^\s*(?:|module|(?:text|application)\/(?:java|ecma)script|application\/(?:[\w.-]+\+)?json|importmap|speculationrules)\s*(?:;.*)?$/

function scriptContext({ said, script, foreign, ending }: HtmlState): Found {
  if (said !== undefined && !scriptTypes.test(said))
    return unsafe(`a script of type "${said}" is in no language we know`)
  if (foreign > 0 && /<\/?$/.test(ending)) return unsafe('here it could become a tag')
  switch (placeOfSlot(script)) {
    case 'code':
    case 'line':
    case 'block':
      return { context: 'json' }
    case 'lost':
      return unsafe('a string or regular expression before it does not end in its line')
    case 'regex':
    case 'class':
      return unsafe('a regular expression cannot hold data')
    default:
      return unsafe('in a script it becomes a whole JavaScript value: leave the quotes around it away')
  }
}

/** The state after a slot; it keeps its place. */
function afterSlot(state: HtmlState): HtmlState {
  switch (state.place) {
    case 'value': {
      const { kind, element, attribute } = state
      const url = kind === 'srcset' ? { phase: 'path' as const, prefix: '' } : urlAfterSlot(state.url)
      const style = styleAfterSlot(state)
      const contentSlot = state.contentSlot || (element === 'meta' && attribute === 'content')
      return { ...state, held: '', url, style, contentSlot }
    }
    case 'script':
      return { ...state, ending: '', script: scriptAfterSlot(state.script) }
    case 'style':
      return { ...state, ending: '', style: styleAfterSlot(state) }
    case 'raw-text':
      return { ...state, ending: '' }
    case 'comment':
      return { ...state, held: '' }
    default:
      return state
  }
}

function styleAfterSlot({ style }: HtmlState): HtmlState['style'] {
  return { ...style, before: '', url: style.url && urlAfterSlot(style.url) }
}
