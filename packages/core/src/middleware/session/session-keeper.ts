import type { Clock } from '../../clock.ts'
import type { Context } from '../../context/context.ts'
import type { CookieOptions } from '../../http/cookie.ts'
import type { Reply } from '../../http/reply.ts'
import type { MaybePromise } from '../../internal/maybe-promise.ts'
import type { SessionRecord, SessionState } from '../../session/session-state.ts'

/** Finds the session that a request brings, and keeps what became of it. */
export interface SessionKeeper {
  open(ctx: Context): MaybePromise<SessionState>
  /** Saves what changed, and gives the browser a cookie where it needs one. Called for sessions that were used. */
  save(ctx: Context, state: SessionState, reply: Reply): MaybePromise<Reply>
}

/** How a session lives and what its cookie is like. */
export interface SessionTerms {
  readonly clock: Clock
  /** Milliseconds since the last use. */
  readonly maxAge: number
  /** Milliseconds since its creation. */
  readonly lifetime: number
  /** The cookie's name, by whether the request is secure. */
  readonly cookieName: (secure: boolean) => string
  readonly cookie: CookieOptions
  /** What follows value and age in the cookie's line, by whether the request is secure. */
  readonly cookieEnd: (secure: boolean) => string
}

/** A session is prolonged when this part of its `maxAge` has passed, and not with every request. */
const prolongedAfter = 0.1

/** When a session that is used now expires, in milliseconds since the epoch. */
export function expiryOf(createdAt: number, { clock, maxAge, lifetime }: SessionTerms): number {
  return Math.min(clock.now() + maxAge, createdAt + lifetime)
}

/** When a session that was found is to expire: later by this use, or, where that is hardly more, as before. */
export function prolonged(found: SessionRecord, terms: SessionTerms): number {
  const expiresAt = expiryOf(found.createdAt, terms)
  return expiresAt - found.expiresAt > terms.maxAge * prolongedAfter ? expiresAt : found.expiresAt
}

/** Sets the session's cookie; its line is put together of parts that were checked at start, and a value of ours. */
export function setCookie(
  ctx: Context,
  reply: Reply,
  value: string,
  expiresAt: number,
  { clock, maxAge, cookieName, cookieEnd }: SessionTerms,
): Reply {
  const { secure } = ctx
  // What a cookie says of its end is rounded up to a second already.
  const seconds = Math.ceil(Math.min(expiresAt - clock.now(), maxAge) / 1000)
  return keepPrivate(
    reply.append('set-cookie', `${cookieName(secure)}=${value}; Max-Age=${seconds}${cookieEnd(secure)}`),
  )
}

/** Deletes the session's cookie. */
export function clearCookie(ctx: Context, reply: Reply, { cookie, cookieName }: SessionTerms): Reply {
  return keepPrivate(reply.clearCookie(cookieName(ctx.secure), cookie))
}

/** A cache that several share must not give the session of one to others. */
function keepPrivate(reply: Reply): Reply {
  const said = reply.headers.get('cache-control')
  const sound = said !== undefined && /(?:^|[\s,])(?:private|no-store)\s*(?:,|$)/i.test(said)
  return sound ? reply : reply.header('cache-control', 'no-store')
}
