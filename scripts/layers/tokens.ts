/** A word, string or sign of a source text. */
export interface Token {
  readonly kind: 'word' | 'string' | 'sign'
  /** The text; of a string, what stands between its quotes. */
  readonly text: string
  /** Counted from 1. */
  readonly line: number
}

const blank = /\s+|\/\/.*|\/\*[\s\S]*?\*\//y
const word = /[\p{ID_Continue}$#@]+/uy
const string = /'((?:\\[\s\S]|[^'\\\n])*)'|"((?:\\[\s\S]|[^"\\\n])*)"/y
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
const templateText = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(`|\$\{|$)/y

/** Words after which a slash begins a regular expression and no division. */
const beforeRegex = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'delete', 'throw'])

/**
 * Cuts TypeScript or JavaScript into tokens, well enough to find its imports: what looks like one inside a comment, a
 * string, a template or a regular expression does not count, and code inside `${…}` does.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  /** How many braces were open where each unfinished template was left with `${`. */
  const templates: number[] = []
  let braces = 0
  let index = 0
  let line = 1

  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = index
    const match = expression.exec(source)
    if (match !== null) {
      index += match[0].length
      line += match[0].split('\n').length - 1
    }
    return match
  }

  const takeTemplateText = (): void => {
    if (take(templateText)?.[1] === '${') templates.push(braces)
  }

  const takeSign = (): string => {
    const sign = source[index++] as string
    if (sign === '`') takeTemplateText()
    else if (sign === '{') braces++
    else if (sign === '}' && templates.at(-1) === braces) {
      templates.pop()
      takeTemplateText()
    } else if (sign === '}') braces--
    return sign
  }

  const takeToken = (): [Token['kind'], string] => {
    const name = take(word)
    if (name !== null) return ['word', name[0]]
    const quoted = take(string)
    if (quoted !== null) return ['string', quoted[1] ?? quoted[2] ?? '']
    if (startsRegex(source[index], tokens.at(-1)) && take(regex) !== null) return ['sign', 'regex']
    return ['sign', takeSign()]
  }

  while (index < source.length) {
    if (take(blank) !== null) continue
    const start = line
    const [kind, text] = takeToken()
    tokens.push({ kind, text, line: start })
  }
  return tokens
}

/** After a value a slash is a division; elsewhere it begins a regular expression. */
function startsRegex(character: string | undefined, previous: Token | undefined): boolean {
  if (character !== '/') return false
  if (previous === undefined) return true
  if (previous.kind === 'word') return beforeRegex.has(previous.text)
  return previous.kind === 'sign' && ![')', ']', '}', '`', 'regex'].includes(previous.text)
}
