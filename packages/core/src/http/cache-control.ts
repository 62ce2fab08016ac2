import { ZzzError } from '../errors.ts'
import { flagRule, secondsRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'

/** The directives of a reply's `Cache-Control` (RFC 9111 section 5.2.2, RFC 5861, RFC 8246); times are in seconds. */
export interface CacheDirectives {
  /** Shared caches may keep it too, even where they would not otherwise. */
  public?: boolean | undefined
  /** Only the browser may keep it. */
  private?: boolean | undefined
  /** Nobody may keep it. */
  noStore?: boolean | undefined
  /** Keep it, but ask each time before it is used. */
  noCache?: boolean | undefined
  /** Nobody on the way may change the body, `compress` included. */
  noTransform?: boolean | undefined
  /** Never used after its time without asking. */
  mustRevalidate?: boolean | undefined
  /** The same for shared caches only. */
  proxyRevalidate?: boolean | undefined
  /** It never changes: not asked for again even when the page is reloaded. */
  immutable?: boolean | undefined
  /** How long it may be used without asking. */
  maxAge?: number | undefined
  /** The same for shared caches, which heed it before `maxAge`. */
  sMaxAge?: number | undefined
  /** How long after its time it may still be used while a new one is fetched. */
  staleWhileRevalidate?: number | undefined
  /** How long after its time it may still be used when the server fails. */
  staleIfError?: number | undefined
}

/** What each directive has to be, in the order that they are written in. */
const directiveRules: OptionRules<CacheDirectives> = {
  public: flagRule,
  private: flagRule,
  noStore: flagRule,
  noCache: flagRule,
  noTransform: flagRule,
  mustRevalidate: flagRule,
  proxyRevalidate: flagRule,
  immutable: flagRule,
  maxAge: secondsRule,
  sMaxAge: secondsRule,
  staleWhileRevalidate: secondsRule,
  staleIfError: secondsRule,
}

/**
 * The value of a `Cache-Control` header. Throws `ZZZ_OPTION_INVALID` for a directive that is unknown, impossible, or
 * against another one; `where` is who is told so.
 *
 * ```ts
 * formatCacheControl('reply', { public: true, maxAge: 60 })   // 'public, max-age=60'
 * ```
 */
export function formatCacheControl(where: string, directives: CacheDirectives): string {
  checkOptions(where, directives, directiveRules)
  refuseContradictions(where, directives)
  const parts: string[] = []
  for (const name of Object.keys(directiveRules) as (keyof CacheDirectives)[]) {
    const value = directives[name]
    if (value === undefined || value === false) continue
    parts.push(value === true ? toWire(name) : `${toWire(name)}=${value}`)
  }
  if (parts.length === 0) throw new ZzzError('ZZZ_OPTION_INVALID', `${where}: there is no directive`)
  return parts.join(', ')
}

const contradictions: readonly [keyof CacheDirectives, readonly (keyof CacheDirectives)[]][] = [
  ['private', ['public', 'sMaxAge', 'proxyRevalidate']],
  [
    'noStore',
    ['public', 'noCache', 'immutable', 'maxAge', 'sMaxAge', 'staleWhileRevalidate', 'staleIfError'],
  ],
  ['noCache', ['immutable', 'staleWhileRevalidate', 'staleIfError']],
]

function refuseContradictions(where: string, directives: CacheDirectives): void {
  const given = (name: keyof CacheDirectives) => directives[name] !== undefined && directives[name] !== false
  for (const [name, others] of contradictions) {
    const other = given(name) ? others.find(given) : undefined
    if (other !== undefined) {
      throw new ZzzError('ZZZ_OPTION_INVALID', `${where}: "${name}" and "${other}" contradict each other`)
    }
  }
}

/** `max-age` of `maxAge`; the one that is spelled otherwise is `s-maxage`. */
function toWire(name: string): string {
  if (name === 'sMaxAge') return 's-maxage'
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/**
 * The directives of a `Cache-Control` field by name in lower case, without quotes; empty text for those without a value.
 * Of a repeated one the first counts (RFC 9111 section 4.2.1).
 */
export function parseCacheControl(field: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, plain] of (field ?? '').matchAll(directive)) {
    const known = name.toLowerCase()
    if (!found.has(known)) found.set(known, quoted ?? plain ?? '')
  }
  return found
}

const directive = /([\w!#$%&'*+.^`|~-]+)(?:[\t ]*=[\t ]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g
