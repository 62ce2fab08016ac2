/** Where in a script the static text has come to: enough of JavaScript's lexical grammar to know what a slot is in. */
export interface ScriptState {
  readonly place: 'code' | 'single' | 'double' | 'template' | 'line' | 'block' | 'regex' | 'class' | 'lost'
  /** The last characters of code, to tell a division from a regular expression. */
  readonly before: string
  /** For each template literal that is open, how many braces are open inside its substitution. */
  readonly braces: readonly number[]
  /** The character before, where two make a sign: a backslash, a slash, an asterisk, a dollar. */
  readonly held: string
}

/** The beginning of a script. */
export const scriptStart: ScriptState = { place: 'code', before: '', braces: [], held: '' }

/** After these words an expression begins, so that a slash begins a regular expression. */
const openers =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await|instanceof)$/

/** The state after one more character of static text. */
export function scriptStep(state: ScriptState, character: string): ScriptState {
  const { place, held } = state
  if (place === 'code') return codeStep(state, character)
  if (place === 'lost') return state
  if (held === '\\') return { ...state, held: '' }
  if (character === '\\' && place !== 'line' && place !== 'block') return { ...state, held: '\\' }
  switch (place) {
    case 'single':
    case 'double':
      if (character === '\n' || character === '\r') return { ...state, place: 'lost' }
      return character === (place === 'single' ? "'" : '"') ? afterValue(state) : state
    case 'template':
      if (character === '`') return afterValue(state)
      if (character === '{' && held === '$') {
        return { place: 'code', before: '{', braces: [...state.braces, 0], held: '' }
      }
      return { ...state, held: character === '$' ? '$' : '' }
    case 'line':
      return /[\n\r\u2028\u2029]/.test(character) ? { ...state, place: 'code', held: '' } : state
    case 'block':
      if (character === '/' && held === '*') return { ...state, place: 'code', held: '' }
      return { ...state, held: character === '*' ? '*' : '' }
    case 'regex':
      if (character === '\n' || character === '\r') return { ...state, place: 'lost' }
      if (character === '[') return { ...state, place: 'class' }
      return character === '/' ? afterValue(state) : state
    case 'class':
      if (character === '\n' || character === '\r') return { ...state, place: 'lost' }
      return character === ']' ? { ...state, place: 'regex' } : state
  }
}

/** What a slot stands in; a slash in front may begin a regular expression that holds it. */
export function placeOfSlot({ place, held, before }: ScriptState): ScriptState['place'] {
  return place === 'code' && held === '/' && startsExpression(before) ? 'regex' : place
}

/** The state after a slot in code: a value stands there. */
export function scriptAfterSlot(state: ScriptState): ScriptState {
  return state.place === 'code' ? afterValue(settleSlash(state)) : { ...state, held: '' }
}

function afterValue(state: ScriptState): ScriptState {
  return { ...state, place: 'code', before: 'x', held: '' }
}

/** A lone slash turned out to be a division. */
function settleSlash(state: ScriptState): ScriptState {
  return state.held === '/' ? { ...state, before: '/', held: '' } : state
}

function codeStep(state: ScriptState, character: string): ScriptState {
  if (state.held === '/') {
    if (character === '/') return { ...state, place: 'line', held: '' }
    if (character === '*') return { ...state, place: 'block', held: '' }
    if (startsExpression(state.before)) return scriptStep({ ...state, place: 'regex', held: '' }, character)
    return codeStep(settleSlash(state), character)
  }
  switch (character) {
    case '"':
      return { ...state, place: 'double' }
    case "'":
      return { ...state, place: 'single' }
    case '`':
      return { ...state, place: 'template', held: '' }
    case '/':
      return { ...state, held: '/' }
    case '{':
    case '}':
      return brace(state, character)
    default: {
      if (/\s/.test(character)) return { ...state, before: endWord(state.before) }
      return { ...state, before: (state.before + character).slice(-12) }
    }
  }
}

function brace(state: ScriptState, character: string): ScriptState {
  const inner = state.braces.at(-1)
  if (inner === undefined) return { ...state, before: character }
  const rest = state.braces.slice(0, -1)
  if (character === '}' && inner === 0) return { place: 'template', before: '', braces: rest, held: '' }
  return { ...state, before: character, braces: [...rest, inner + (character === '{' ? 1 : -1)] }
}

/** A space ends a word, so that `in x` does not become `inx`; after a sign it says nothing. */
function endWord(before: string): string {
  return /[\w$]$/.test(before) ? `${before} ` : before
}

function startsExpression(before: string): boolean {
  const text = before.trimEnd()
  if (text === '' || openers.test(text)) return true
  // A regular expression after `)` or `}` is rare and taken for a division; a quote in it then ends in a lost string.
  return /[(,=:[!&|?;+\-*%<>~^{/]$/.test(text)
}
