import { ZzzError } from '../../errors.ts'

/** A field of a form as it was sent. */
export type Field = readonly [name: string, value: string]

/**
 * Parses `application/x-www-form-urlencoded` (WHATWG URL section 5.1): `+` is a space, everything is UTF-8.
 *
 * Throws `ZZZ_BODY_MALFORMED` (400) for a percent sign without two hexadecimal digits and for escapes that are not
 * UTF-8, and `ZZZ_BODY_TOO_LARGE` (413) beyond `most` fields.
 */
export function parseUrlencoded(text: string, most: number): Field[] {
  const fields: Field[] = []
  let start = 0
  while (start < text.length) {
    const ampersand = text.indexOf('&', start)
    const end = ampersand === -1 ? text.length : ampersand
    if (end > start) {
      if (fields.length === most) throw tooManyFields(most)
      fields.push(parseField(text.slice(start, end)))
    }
    start = end + 1
  }
  return fields
}

/** The error of a form with more than `most` fields. */
export function tooManyFields(most: number): ZzzError {
  return new ZzzError('ZZZ_BODY_TOO_LARGE', `The form has more than the ${most} fields that are taken here`)
}

function parseField(pair: string): Field {
  const equals = pair.indexOf('=')
  if (equals === -1) return [decode(pair), '']
  return [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch (cause) {
    throw new ZzzError('ZZZ_BODY_MALFORMED', `The form has a broken percent-encoding: ${shown(text)}`, {
      cause,
    })
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
