import type { Source } from './problem.ts'

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

/**
 * Reads the tokens of a tag from `start` to its closing braces, and gives them with the offset of the braces. What is no
 * token becomes a problem and is skipped; a tag that never closes ends with the text.
 */
export function readTokens(source: Source, start: number): { tokens: Token[]; end: number } {
  const { text } = source
  const tokens: Token[] = []
  let at = start
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const take = (kind: Token['kind'], value: string, length = value.length) => {
    tokens.push({ kind, value, at })
    at += length
  }
  while (at < text.length && match(closing) === undefined) {
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
      take('string', unquote(quoted), quoted.length)
      continue
    }
    const found = match(sign)
    if (found !== undefined) {
      take('sign', found)
      continue
    }
    at = skipUnknown(source, at)
  }
  tokens.push({ kind: 'end', value: 'the end of the tag', at })
  return { tokens, end: at }
}

function skipUnknown(source: Source, at: number): number {
  const character = String.fromCodePoint(source.text.codePointAt(at) as number)
  if (character === '"' || character === "'") {
    source.problem('ZZZ_TEMPLATE_SYNTAX', at, `The text that begins with ${character} is not closed`)
    const close = source.text.indexOf('}}', at)
    return close === -1 ? source.text.length : close
  }
  const advice = character === '{' ? '; a tag before it may not be closed' : ''
  source.problem('ZZZ_TEMPLATE_SYNTAX', at, `${JSON.stringify(character)} has no meaning here${advice}`)
  return at + character.length
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\([\s\S])/g, (_, escaped: string) => escapes[escaped] ?? escaped)
}
