/** A word of the language inside a tag. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign' | 'end'
  /** Names, numbers and signs as written; strings without quotes and with escapes resolved. */
  readonly value: string
  readonly at: number
}

const name = /@?[\p{L}_$][\p{L}\p{N}_$]*(?:-[\p{L}\p{N}_$]+)*/uy
const number = /-?\d+(?:\.\d+)?/y
const digits = /\d+/y
const string = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y
const sign = /\.\.\.|[=!<>]=|[.,:|()[\]=<>]/y
const space = /\s+/y
const closing = /~?\}\}\}?|\}/y

/** The tokens of a tag, where its closing braces are, and the first thing in it that is no token. */
export interface TagTokens {
  readonly tokens: Token[]
  readonly end: number
  readonly unknown: { readonly at: number; readonly message: string } | undefined
}

/**
 * Reads the tokens of a tag from `start` to its closing braces. What is no token is skipped; a tag that is not closed
 * ends where another one begins, or with the text.
 */
export function readTokens(text: string, start: number): TagTokens {
  const tokens: Token[] = []
  let unknown: TagTokens['unknown']
  let at = start
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const take = (kind: Token['kind'], value: string, length = value.length) => {
    tokens.push({ kind, value, at })
    at += length
  }
  while (at < text.length && match(closing) === undefined && !text.startsWith('{{', at)) {
    const blank = match(space)
    if (blank !== undefined) {
      at += blank.length
      continue
    }
    // A number after a dot is a key: items.0.1 has two.
    const numeric = match(tokens.at(-1)?.value === '.' ? digits : number)
    if (numeric !== undefined) {
      take('number', numeric)
      continue
    }
    const word = match(name)
    if (word !== undefined) {
      take('name', word)
      continue
    }
    const quoted = match(string)
    if (quoted !== undefined) {
      if (quoted.includes('{{')) unknown ??= { at, message: tagInText }
      take('string', unquote(quoted), quoted.length)
      continue
    }
    const found = match(sign)
    if (found !== undefined) {
      take('sign', found)
      continue
    }
    unknown ??= { at, message: describeUnknown(text, at) }
    if (text.startsWith('&&', at)) {
      take('name', 'and', 2)
      continue
    }
    at = skipUnknown(text, at)
  }
  tokens.push({ kind: 'end', value: 'the end of the tag', at })
  return { tokens, end: at, unknown }
}

const tagInText =
  'A text in quotes holds no tags: put it together in the data, or give its parts by names of their own; braces are written \\{\\{'

function describeUnknown(text: string, at: number): string {
  if (text.startsWith('../', at - 2)) {
    return 'There is no "../": give the block a name, {{#each list as |item|}}, and the names around it stay; or read @root'
  }
  if (text.startsWith('&&', at)) return 'There is no "&&"; write "and"'
  if (text.startsWith('?.', at))
    return 'There is no "?."; write ".": what is absent on the way is absent in the end'
  if (text.startsWith('??', at)) return 'There is no "??"; write | default:"…"'
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  if (character === '?') return 'There is no "? :"; write {{#if …}}…{{else}}…{{/if}}'
  if (/[-+*/%]/.test(character))
    return `There is no "${character}": calculate it in the data, or with a pipe of your own`
  if (character === '!') return 'There is no "!"; write "not"'
  if (isQuote(character)) return `The text that begins with ${character} is not closed`
  return `${JSON.stringify(character)} has no meaning here`
}

/** A text that is not closed goes on to the end of its tag. */
function skipUnknown(text: string, at: number): number {
  if (!isQuote(text[at] as string)) return at + String.fromCodePoint(text.codePointAt(at) as number).length
  const close = text.indexOf('}}', at)
  return close === -1 ? text.length : close
}

const isQuote = (character: string): boolean => character === '"' || character === "'"

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\([\s\S])/g, (_, escaped: string) => escapes[escaped] ?? escaped)
}
