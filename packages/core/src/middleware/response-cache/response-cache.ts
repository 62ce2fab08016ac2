import { memoryStore } from '../../cache/memory-store.ts'
import { systemClock } from '../../clock.ts'
import type { Context } from '../../context/context.ts'
import { ownReplyKey, wholeReplyKey } from '../../context/keys.ts'
import type { Middleware, Next } from '../../context/middleware.ts'
import { safeMethods } from '../../http/method.ts'
import { toNotModified } from '../../http/not-modified.ts'
import { isNotModified } from '../../http/preconditions.ts'
import { discardBody, type Reply } from '../../http/reply.ts'
import { addVary } from '../../http/vary.ts'
import { type MaybePromise, mapMaybe } from '../../internal/maybe-promise.ts'
import { reportError } from '../../internal/report.ts'
import { sessionKey } from '../../session/session.ts'
import { SessionState } from '../../session/session-state.ts'
import { type CachedReply, toReply } from './cached-reply.ts'
import { createFlights, type Flight, type Landing, landingOf } from './flights.ts'
import { type Found, replyStore, valuesOf } from './reply-store.ts'
import { checkResponseCacheOptions, type ResponseCacheOptions } from './response-cache-options.ts'
import { isLasting, lifetimeOf, varyNames } from './storable.ts'

/**
 * Keeps whole replies to GET and gives them to others who ask for the same, GET or HEAD, by the rules of a shared cache
 * (RFC 9111). What a reply says is obeyed: `Cache-Control`, `Expires`, `Vary`; nothing that sets a cookie is kept, no
 * error, no stream, nothing with a nonce or with something new in its session. Requests with `Cookie` or `Authorization`
 * pass by unless told, those with a body in any case. Many requests for a reply that is not
 * there make it once. A request that may change something, and succeeds, makes the cache forget what it has for the same
 * URL.
 *
 * Stands inside of what belongs to one request (request id, session, CORS) and of `compress`; with `etag` inside of it, a
 * tag is made once for each reply that is kept. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * get('/news', { use: [responseCache({ maxAge: 10, staleWhileRevalidate: 60 }), etag()] }, news.index)
 * ```
 */
export function responseCache(options: ResponseCacheOptions): Middleware {
  checkResponseCacheOptions(options)
  const { key: keyOf = urlOf, vary = [], credentials = false } = options
  const { bodyLimit = 1024 * 1024, wait = 5000, clock = systemClock } = options
  const wanted = { fresh: options.maxAge * 1000, stale: (options.staleWhileRevalidate ?? 0) * 1000 }
  const replies = replyStore(options.store ?? memoryStore({ clock }))
  const flights = createFlights()

  /** Answers with what is kept, or makes it. */
  function answer(ctx: Context, next: Next, key: string): MaybePromise<Reply> {
    return mapMaybe(replies.find(key, ctx.request), (found) => {
      const served = serve(ctx, next, key, found)
      if (served !== undefined) return served
      return ctx.method === 'HEAD' ? next() : join(ctx, next, key, found)
    })
  }

  /** What is kept, if it may still be used; past its time, a new one is made behind it. */
  function serve(ctx: Context, next: Next, key: string, { place, reply }: Found): Reply | undefined {
    const now = clock.now()
    if (reply === undefined || now >= reply.stale) return undefined
    if (now >= reply.fresh && ctx.method === 'GET' && flights.at(place) === undefined) {
      refresh(ctx, next, key, place)
    }
    return toReply(reply, now)
  }

  function refresh(ctx: Context, next: Next, key: string, place: string): void {
    const report = (error: unknown) =>
      reportError(error, `Making ${ctx.path} anew for the response cache failed`)
    make(ctx, next, key, place)
      .then((reply) => {
        if (reply.statusCode >= 500) report(reply.error ?? new Error(`It is answered ${reply.statusCode}`))
        return discardBody(reply.body)
      })
      .catch(report)
  }

  /** Waits for the reply that another request is making, or makes it. */
  async function join(ctx: Context, next: Next, key: string, first: Found): Promise<Reply> {
    const deadline = clock.now() + wait
    let found = first
    for (;;) {
      const flight = found.pass ? undefined : flights.at(found.place)
      if (flight === undefined) return make(ctx, next, key, found.place)
      const landing = await landingOf(flight, deadline - clock.now(), clock)
      if (landing.kind === 'alone' || landing.kind === 'late') return make(ctx, next, key, found.place)
      if (landing.kind === 'shared' && suits(ctx, landing)) return toReply(landing.reply, clock.now())
      found = await replies.find(key, ctx.request)
      const served = serve(ctx, next, key, found)
      if (served !== undefined) return served
    }
  }

  /** Lets the handler make the reply, for this request and for those that wait. */
  async function make(ctx: Context, next: Next, key: string, place: string): Promise<Reply> {
    const flight = flights.begin(place, key)
    let landing: Landing = { kind: 'abandoned' }
    try {
      const reply = await next()
      landing = await keep(ctx, reply, flight, place)
      return reply
    } finally {
      flight.land(landing)
    }
  }

  async function keep(ctx: Context, reply: Reply, flight: Flight, place: string): Promise<Landing> {
    const now = clock.now()
    const lifetime = isOwn(ctx) ? undefined : lifetimeOf(reply, wanted, bodyLimit, now)
    if (lifetime === undefined || flight.revoked) {
      if (ctx.request.abortReason !== undefined) return { kind: 'abandoned' }
      if (isLasting(reply) && !flight.revoked) await replies.pass(place, wanted.fresh)
      return { kind: 'alone' }
    }
    const fresh = now + lifetime.fresh
    const cached: CachedReply = {
      kind: 'reply',
      status: reply.statusCode,
      headers: reply.headers.flat.slice(),
      body: typeof reply.body === 'string' ? Buffer.from(reply.body) : (reply.body as Uint8Array | null),
      stored: now,
      fresh,
      stale: fresh + lifetime.stale,
    }
    const names = varyNames(reply)
    await replies.put(flight.key, ctx.request, cached, names)
    // What was forgotten while the store was busy with it must not come back.
    if (flight.revoked) {
      await replies.forget(flight.key)
      return { kind: 'alone' }
    }
    return { kind: 'shared', reply: cached, names, values: JSON.stringify(valuesOf(ctx.request, names)) }
  }

  return function responseCache(ctx, next) {
    const { method } = ctx
    // After a method that changes something, what was kept may be old.
    if (!safeMethods.has(method)) return forgetAfter(ctx, next)
    if (method !== 'GET' && method !== 'HEAD') return next()
    const run = vary.length === 0 ? next : () => mapMaybe(next(), (reply) => addVary(reply, ...vary))
    const key = passesBy(ctx, credentials) ? undefined : keyOf(ctx)
    if (key === undefined) return run()
    // What stands inside answers whole, and the conditions of this request are weighed here.
    const weigh = ctx.find(wholeReplyKey) !== true
    if (method === 'GET') ctx.set(wholeReplyKey, true)
    return mapMaybe(answer(ctx, run, prefix + key), (reply) => {
      const known = weigh && reply.statusCode === 200 && isNotModified(ctx.request, reply.headers)
      return known ? toNotModified(reply) : reply
    })
  }

  function forgetAfter(ctx: Context, next: Next): MaybePromise<Reply> {
    return mapMaybe(next(), (reply) => {
      const key = reply.statusCode < 400 ? keyOf(ctx) : undefined
      if (key === undefined) return reply
      flights.revoke(prefix + key)
      return mapMaybe(replies.forget(prefix + key), () => reply)
    })
  }
}

export type { ResponseCacheOptions }

/** A store may serve for other things too. */
const prefix = 'reply '

function urlOf({ scheme, host, request }: Context): string {
  return `${scheme}://${host.toLowerCase()}${request.path}?${request.queryString}`
}

/**
 * Whether a request neither gets what is kept nor gives something to keep. A body is no part of the key, so a GET with one
 * could choose what others are shown (RFC 9110 section 9.3.1).
 */
function passesBy({ request: { body, headers } }: Context, credentials: boolean): boolean {
  return body.length !== 0 || (!credentials && (headers.has('cookie') || headers.has('authorization')))
}

/** Whether something went into the reply that is this client's alone: a nonce, a token or a value of its session. */
function isOwn(ctx: Context): boolean {
  const session = ctx.find(sessionKey)
  return ctx.find(ownReplyKey) === true || (session instanceof SessionState && session.changes.size > 0)
}

/** True when a reply to another request is the one to this request too. */
function suits(ctx: Context, landing: Landing & { kind: 'shared' }): boolean {
  return landing.values === JSON.stringify(valuesOf(ctx.request, landing.names))
}
