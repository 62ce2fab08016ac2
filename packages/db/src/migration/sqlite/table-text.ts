import { quote } from '../../compiler/dialect.ts'
import { DbError } from '../../errors.ts'

/** A `create table` statement in its parts, each as it was written. */
export interface TableText {
  /** The definitions of columns, in order. */
  readonly columns: readonly ColumnText[]
  /** What stands behind them: keys, checks, foreign keys. */
  readonly constraints: readonly string[]
  /** What stands behind the parenthesis: `strict`. */
  readonly tail: string
}

/** A column of a `create table`: its name, and everything behind it. */
export interface ColumnText {
  readonly name: string
  readonly rest: string
}

/** A word of SQL with its place: a name, a quoted text, a number, one character, or a whole parenthesis. */
export interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

const tokenForm =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$\u{80}-\u{10ffff}]+|\s+|[\s\S]/gu

/** The words of SQL at its outermost level; a parenthesis with all that is in it is one. Comments and spaces are none. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let depth = 0
  let opened = 0
  for (const { 0: text, index } of sql.matchAll(tokenForm)) {
    if (text === '(' && depth++ === 0) opened = index
    if (text === ')' && --depth === 0)
      tokens.push({ text: sql.slice(opened, index + 1), start: opened, end: index + 1 })
    else if (depth === 0 && !/^(?:\s|--|\/\*)/.test(text)) {
      tokens.push({ text, start: index, end: index + text.length })
    }
  }
  return tokens
}

/** A name without its quotes, as SQLite compares it: in lower case. */
export function unquote(text: string): string {
  const [first] = text
  if (first === '[') return text.slice(1, -1).toLowerCase()
  if (first !== undefined && `"'\``.includes(first)) {
    return text
      .slice(1, -1)
      .replaceAll(first + first, first)
      .toLowerCase()
  }
  return text.toLowerCase()
}

const constraintWords = /^(?:constraint|primary|unique|check|foreign)$/i

/** Takes a `create table` apart. Throws `ZZZ_DB_UNSUPPORTED` for one that has no list of columns. */
export function parseTable(sql: string): TableText {
  const body = tokenize(sql).find(({ text }) => text.startsWith('('))
  if (body === undefined || !/^create\s+table\b/i.test(sql)) {
    throw new DbError('ZZZ_DB_UNSUPPORTED', `SQLite: this is no table that can be built anew: ${sql}`)
  }
  const definitions = splitList(body.text.slice(1, -1))
  const columns: ColumnText[] = []
  const constraints: string[] = []
  for (const definition of definitions) {
    const [first] = tokenize(definition)
    if (first === undefined) continue
    if (constraintWords.test(first.text)) constraints.push(definition)
    else columns.push({ name: plainName(first.text), rest: definition.slice(first.end).trim() })
  }
  return { columns, constraints, tail: sql.slice(body.end).trim() }
}

/** Puts a `create table` together again, under a name. */
export function formatTable(name: string, { columns, constraints, tail }: TableText): string {
  const lines = [...columns.map((column) => `${quote(column.name)} ${column.rest}`.trim()), ...constraints]
  return `create table ${quote(name)} (\n  ${lines.join(',\n  ')}\n)${tail === '' ? '' : ` ${tail}`}`
}

/** The items of a list, as they were written. */
function splitList(text: string): string[] {
  const commas = tokenize(text).filter((token) => token.text === ',')
  const starts = [0, ...commas.map(({ end }) => end)]
  const ends = [...commas.map(({ start }) => start), text.length]
  // A comment up to the end of its line would swallow what is put behind it.
  return starts.map((start, i) => withoutComments(text.slice(start, ends[i])).trim())
}

function withoutComments(text: string): string {
  return text.replaceAll(tokenForm, (token) => (/^(?:--|\/\*)/.test(token) ? ' ' : token))
}

/** Whether a name occurs in SQL, at any depth, outside of texts. */
export function mentions(sql: string, name: string): boolean {
  for (const [token] of sql.matchAll(tokenForm)) {
    if (!token.startsWith("'") && unquote(token) === name.toLowerCase()) return true
  }
  return false
}

/** A name without its quotes, in its own letters. */
function plainName(text: string): string {
  const [first] = text
  if (first === '[') return text.slice(1, -1)
  if (first === '"' || first === '`' || first === "'")
    return text.slice(1, -1).replaceAll(first + first, first)
  return text
}
