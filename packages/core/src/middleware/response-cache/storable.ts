import { parseCacheControl } from '../../http/cache-control.ts'
import { parseHttpDate } from '../../http/http-date.ts'
import type { Reply } from '../../http/reply.ts'

/** Statuses that stay true for a while (RFC 9110 section 15.1), without parts and errors. */
const lasting: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308])

/** For how long a reply may be kept, in milliseconds. */
export interface Lifetime {
  readonly fresh: number
  /** After that, while a new one is made. */
  readonly stale: number
}

/**
 * For how long a shared cache may keep a reply (RFC 9111 section 3): the shorter of what is configured and what the reply
 * says. Undefined for one that may not be kept at all: an error, a part, a stream, a body beyond the limit, one that sets
 * a cookie, differs by everything, or says `private`, `no-store` or `no-cache`.
 */
export function lifetimeOf(
  reply: Reply,
  wanted: Lifetime,
  bodyLimit: number,
  now: number,
): Lifetime | undefined {
  const { headers } = reply
  if (!isLasting(reply) || !fits(reply, bodyLimit)) return undefined
  if (headers.has('set-cookie') || varyNames(reply).includes('*')) return undefined
  const directives = parseCacheControl(headers.get('cache-control'))
  if (directives.has('private') || directives.has('no-store') || directives.has('no-cache')) return undefined
  const said = saidLifetime(directives, headers.get('expires'), now)
  const fresh = Math.min(wanted.fresh, said ?? wanted.fresh)
  if (fresh <= 0) return undefined
  const strict = ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) => directives.has(name))
  return { fresh, stale: strict ? 0 : wanted.stale }
}

/** True for a reply that could be kept by its status, and was no error. */
export function isLasting({ error, statusCode }: Reply): boolean {
  return error === undefined && lasting.has(statusCode)
}

/** The names in `Vary`, in lower case. */
export function varyNames({ headers }: Reply): readonly string[] {
  const field = headers.get('vary')
  if (field === undefined) return []
  const names = field.split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '')
}

/** True for a body that is at hand and not too large. A stream would have to be collected while its client waits. */
function fits({ body }: Reply, limit: number): boolean {
  if (body === null) return true
  if (typeof body === 'string') return Buffer.byteLength(body) <= limit
  return body instanceof Uint8Array && body.length <= limit
}

/** What the reply says for shared caches (RFC 9111 section 4.2.1); a malformed time means that it is over. */
function saidLifetime(
  directives: ReadonlyMap<string, string>,
  expires: string | undefined,
  now: number,
): number | undefined {
  const seconds = directives.get('s-maxage') ?? directives.get('max-age')
  if (seconds !== undefined) return /^\d+$/.test(seconds) ? Number(seconds) * 1000 : 0
  return expires === undefined ? undefined : (parseHttpDate(expires) ?? 0) - now
}
