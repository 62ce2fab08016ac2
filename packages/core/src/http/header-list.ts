import { ZzzError } from '../errors.ts'
import { isToken } from './token.ts'

/** Anything but the characters of a field value, RFC 9110 section 5.5. */
const notFieldValue = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Header fields in the order they came, several values of one name kept apart; names are lower case, look-up ignores
 * case. Iterating gives `[name, value]` pairs.
 */
export class HeaderList implements Iterable<[name: string, value: string]> {
  /**
   * Names (lower case) and values in turn: `[name, value, name, value, …]`.
   * @internal
   */
  readonly flat: string[] = []

  /**
   * A list over a flat array that was checked already: names in lower case, valid values.
   * @internal
   */
  static unchecked(flat: string[]): HeaderList {
    const list = new HeaderList()
    ;(list as { flat: string[] }).flat = flat
    return list
  }

  /** A list from pairs, each checked as in `set`. */
  static from(pairs: Iterable<readonly [string, string]>): HeaderList {
    const list = new HeaderList()
    for (const [name, value] of pairs) list.append(name, value)
    return list
  }

  /** The value of a field; several lines of one name are joined with `, ` (cookies with `; `). */
  get(name: string): string | undefined {
    const { flat } = this
    const wanted = name.toLowerCase()
    let found: string | undefined
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i] !== wanted) continue
      const value = flat[i + 1] as string
      found = found === undefined ? value : found + (wanted === 'cookie' ? '; ' : ', ') + value
    }
    return found
  }

  /** Every line of a field by itself, in order; empty when there is none. */
  getAll(name: string): string[] {
    const { flat } = this
    const wanted = name.toLowerCase()
    const values: string[] = []
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === wanted) values.push(flat[i + 1] as string)
    return values
  }

  has(name: string): boolean {
    const { flat } = this
    const wanted = name.toLowerCase()
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === wanted) return true
    return false
  }

  /**
   * Replaces every line of a field by one. Throws `ZZZ_HEADER_INVALID` for a name that is not a token or a value with
   * a control character or a character above U+00FF, so that no value can split a response.
   */
  set(name: string, value: string): void {
    const wanted = checkField(name, value)
    const { flat } = this
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i] !== wanted) continue
      flat[i + 1] = value
      removeFrom(flat, wanted, i + 2)
      return
    }
    flat.push(wanted, value)
  }

  /** Adds a line, keeping those that are there (`Set-Cookie`, `Vary`, `Link` …). Throws as `set` does. */
  append(name: string, value: string): void {
    this.flat.push(checkField(name, value), value)
  }

  /**
   * Adds those of some fields that are not there yet; `fields` is flat, and was checked already.
   * @internal
   */
  addMissing(fields: readonly string[]): void {
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as string
      if (!this.has(name)) this.flat.push(name, fields[i + 1] as string)
    }
  }

  delete(name: string): void {
    removeFrom(this.flat, name.toLowerCase(), 0)
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    const { flat } = this
    for (let i = 0; i < flat.length; i += 2) yield [flat[i] as string, flat[i + 1] as string]
  }
}

/** The name in lower case, after both were checked. */
function checkField(name: string, value: string): string {
  if (!isToken(name)) {
    throw new ZzzError(
      'ZZZ_HEADER_INVALID',
      `Header name ${JSON.stringify(name)} is not a token (RFC 9110 5.6.2)`,
    )
  }
  if (typeof value !== 'string' || notFieldValue.test(value)) {
    throw new ZzzError(
      'ZZZ_HEADER_INVALID',
      `Value of header ${name} is no text, or has a control character or one above U+00FF: ${JSON.stringify(value)}. Encode it first`,
    )
  }
  return name.toLowerCase()
}

function removeFrom(flat: string[], name: string, start: number): void {
  for (let i = start; i < flat.length; ) {
    if (flat[i] === name) flat.splice(i, 2)
    else i += 2
  }
}
