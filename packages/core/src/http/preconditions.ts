import { matchesStrongly, matchesWeakly, parseEntityTags } from './entity-tag.ts'
import type { HeaderList } from './header-list.ts'
import { parseHttpDate } from './http-date.ts'
import type { Request } from './request.ts'

/** What tells one state of a representation from another (RFC 9110 section 8.8). */
export interface Validators {
  /** With its quotes, and `W/` in front of a weak one; undefined when there is none. */
  readonly etag: string | undefined
  /** Milliseconds since the epoch. */
  readonly modified: number
}

/** What the conditions of a request come to. */
export type Verdict = 'met' | 'not-modified' | 'failed'

/** True when a request asks for less than the plain answer: it has a condition or a range. */
export function hasConditions(request: Request): boolean {
  const { flat } = request.headers
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string
    if (name === 'range' || name.startsWith('if-')) return true
  }
  return false
}

/** Weighs the conditions of a request against what exists, in the order of RFC 9110 section 13.2.2. */
export function checkPreconditions(request: Request, current: Validators): Verdict {
  return guardsWrite(request, current) ? cachedVerdict(request, current) : 'failed'
}

/** True when a client that reads has this reply already, by the validators that the reply's headers name. */
export function isNotModified(request: Request, headers: HeaderList): boolean {
  if (!hasConditions(request)) return false
  const etag = headers.get('etag')
  const date = headers.get('last-modified')
  if (etag === undefined && date === undefined) return false
  const modified = (date === undefined ? undefined : parseHttpDate(date)) ?? Number.POSITIVE_INFINITY
  return cachedVerdict(request, { etag, modified }) === 'not-modified'
}

/**
 * True when the range of a request may be served: it has no `If-Range`, or one that strongly names the current state
 * (RFC 9110 section 13.1.5). A date does so only when its second is over, since the file could change again within it.
 */
export function isRangeCurrent(request: Request, current: Validators, now: number = Date.now()): boolean {
  const field = request.headers.get('if-range')
  if (field === undefined) return true
  if (field.endsWith('"')) return current.etag !== undefined && matchesStrongly(field, current.etag)
  return parseHttpDate(field) === wholeSecond(current.modified) && now - current.modified >= 1000
}

/** `If-Match`, or without it `If-Unmodified-Since`: whether the client's idea of the current state is right. */
function guardsWrite({ headers }: Request, { etag, modified }: Validators): boolean {
  const match = headers.get('if-match')
  if (match !== undefined) {
    const tags = parseEntityTags(match)
    return tags === '*' || (etag !== undefined && tags.some((tag) => matchesStrongly(tag, etag)))
  }
  const since = headers.get('if-unmodified-since')
  const time = since === undefined ? undefined : parseHttpDate(since)
  return time === undefined || wholeSecond(modified) <= time
}

/** `If-None-Match`, or without it `If-Modified-Since`: whether the client has the current state already. */
function cachedVerdict({ headers, method }: Request, { etag, modified }: Validators): Verdict {
  const reads = method === 'GET' || method === 'HEAD'
  const noneMatch = headers.get('if-none-match')
  if (noneMatch !== undefined) {
    const tags = parseEntityTags(noneMatch)
    const known = tags === '*' || (etag !== undefined && tags.some((tag) => matchesWeakly(tag, etag)))
    if (!known) return 'met'
    return reads ? 'not-modified' : 'failed'
  }
  const since = headers.get('if-modified-since')
  const time = since === undefined || !reads ? undefined : parseHttpDate(since)
  return time !== undefined && wholeSecond(modified) <= time ? 'not-modified' : 'met'
}

function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000
}
