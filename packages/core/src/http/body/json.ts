import { ZzzError } from '../../errors.ts'
import type { HeaderList } from '../header-list.ts'
import { parseContentType, refuseContentCoding } from './content-type.ts'
import { decodeUtf8, isUtf8Name } from './text.ts'

/** How deep the lists and objects of a JSON body may be nested, unless told. */
const defaultDepth = 64

/**
 * Refuses a body that does not call itself JSON, or not in UTF-8, the only charset of JSON (RFC 8259 section 8.1), with
 * `ZZZ_BODY_TYPE` (415).
 */
export function expectJson(headers: HeaderList): void {
  refuseContentCoding(headers)
  const value = headers.get('content-type')
  // What nearly every client sends is not taken apart.
  if (value === 'application/json') return
  const parsed = parseContentType(value)
  if (parsed === undefined || !isJsonType(parsed.type)) {
    throw new ZzzError(
      'ZZZ_BODY_TYPE',
      `Expected a JSON body, got content type ${JSON.stringify(value ?? '')}`,
      {
        headers: { accept: 'application/json' },
      },
    )
  }
  const charset = parsed.parameters?.get('charset')
  if (charset === undefined || isUtf8Name(charset)) return
  throw new ZzzError('ZZZ_BODY_TYPE', `JSON is sent in UTF-8 (RFC 8259), not in ${JSON.stringify(charset)}`, {
    headers: { accept: 'application/json' },
  })
}

/** True for `application/json` and everything in `+json`. */
export function isJsonType(type: string): boolean {
  return /^application\/(?:.+\+)?json$/.test(type)
}

/**
 * Parses a JSON body: UTF-8, a byte order mark in front of it ignored; of two members of one name the last counts.
 *
 * Throws `ZZZ_BODY_MALFORMED` (400) when it does not parse, `ZZZ_BODY_TOO_DEEP` (400) when it is nested deeper than
 * `depth`, and `ZZZ_BODY_PROTOTYPE` (400) when it has a `__proto__`, or a `constructor` with a `prototype`: whoever
 * copies such an object key by key changes the prototype of all objects.
 */
export function parseJson(bytes: Uint8Array, depth: number = defaultDepth): unknown {
  const text = decodeUtf8(bytes, 'the JSON body')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ZzzError('ZZZ_BODY_MALFORMED', `The body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    })
  }
  // Both keys hold this part of a word, unless they are escaped. Nearly no body does, and none of those is walked.
  const suspicious = text.includes('proto') || text.includes('\\u')
  if (suspicious || hasMoreBrackets(text, depth)) walk(value, { depth, keys: suspicious }, 0)
  return value
}

/** True when there are more opening brackets than `most`, those inside of strings included; no text is deeper than that. */
function hasMoreBrackets(text: string, most: number): boolean {
  if (text.length <= 2 * most) return false
  let count = 0
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++count > most) return true
    }
  }
  return false
}

interface Checks {
  /** Levels of nesting that are let through. */
  readonly depth: number
  /** Whether keys are looked at. */
  readonly keys: boolean
}

/** Walks a parsed value, which is a tree, no deeper than it may be. */
function walk(value: unknown, checks: Checks, level: number): void {
  if (typeof value !== 'object' || value === null) return
  if (level === checks.depth) {
    throw new ZzzError('ZZZ_BODY_TOO_DEEP', `The JSON body is nested deeper than ${checks.depth} levels`)
  }
  if (Array.isArray(value)) {
    for (const item of value) walk(item, checks, level + 1)
    return
  }
  if (checks.keys) refusePrototypeKeys(value)
  for (const key in value) walk((value as Record<string, unknown>)[key], checks, level + 1)
}

function refusePrototypeKeys(value: object): void {
  if (Object.hasOwn(value, '__proto__')) throw reachesPrototype('__proto__')
  if (!Object.hasOwn(value, 'constructor')) return
  const { constructor: inner } = value as { constructor: unknown }
  if (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'prototype')) {
    throw reachesPrototype('constructor.prototype')
  }
}

function reachesPrototype(key: string): ZzzError {
  return new ZzzError(
    'ZZZ_BODY_PROTOTYPE',
    `The body has a key ${key}, which could change the prototype of objects`,
  )
}
