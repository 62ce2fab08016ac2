import { type Clock, clockRule, systemClock } from '../../clock.ts'
import type { Context } from '../../context/context.ts'
import type { Middleware } from '../../context/middleware.ts'
import { type CookieOptions, cookieRules, needsHttps, setCookieLine } from '../../http/cookie.ts'
import { cookieNames } from '../../http/cookie-name.ts'
import { discardBody, type Reply } from '../../http/reply.ts'
import { addVary } from '../../http/vary.ts'
import { isPromise, type MaybePromise, mapMaybe } from '../../internal/maybe-promise.ts'
import { isCount, isObject } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, type Rule } from '../../internal/options.ts'
import { sessionKey } from '../../session/session.ts'
import type { SessionState } from '../../session/session-state.ts'
import type { SessionStore } from '../../session/session-store.ts'
import { cookieKeeper } from './cookie-keeper.ts'
import type { SessionTerms } from './session-keeper.ts'
import { storeKeeper } from './store-keeper.ts'

/** Attributes of the session's cookie; scripts never see it, and its age is the session's. */
export type SessionCookieOptions = Omit<CookieOptions, 'maxAge' | 'expires' | 'httpOnly'>

/** Options of `session`. */
export interface SessionOptions {
  /** Where sessions are kept. Default: in the browser, in an encrypted cookie, which needs the app's `secretKeyBase`. */
  store?: SessionStore | undefined
  /** The cookie's name, which gets the prefix `__Host-` over HTTPS. Default `session`. */
  name?: string | undefined
  /** Seconds without a request that uses the session until it ends. Default 1,209,600: two weeks. */
  maxAge?: number | undefined
  /** Seconds after which it ends however busy it is, counted from its creation or `regenerate()`. Default: none. */
  lifetime?: number | undefined
  /** Attributes of the cookie. Default: `SameSite=Lax`, the whole site, `Secure` over HTTPS. */
  cookie?: SessionCookieOptions | undefined
  /** What sessions expire by. Default: the machine's clock. */
  clock?: Clock | undefined
}

const secondsRule: Rule = ['a whole number of seconds above 0', isCount]
const methods = ['load', 'create', 'update', 'destroy'] as const
const optionRules: OptionRules<SessionOptions> = {
  store: ['a session store', isStore],
  name: ['a name', (value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value)],
  maxAge: secondsRule,
  lifetime: secondsRule,
  cookie: ['an object with attributes', isObject],
  clock: clockRule,
}
const { maxAge: _age, expires: _end, httpOnly: _scripts, ...cookieOptionRules } = cookieRules

/**
 * Gives requests a session, under `sessionKey`: what the application keeps for one visitor. It is read when it is first
 * used (from a store: when the request brings its cookie) and saved when the reply leaves, whatever that is: a page, an
 * error, a stream, an upgrade. A visitor for whom nothing is set gets no cookie.
 *
 * A reply that depends on the session says `Vary: Cookie`, and one that sets its cookie is kept out of caches.
 *
 * Throws `ZZZ_OPTION_INVALID`, `ZZZ_COOKIE_INVALID` for attributes that browsers refuse, and `ZZZ_SECRET_KEY` at `createApp` when sessions are kept in cookies and there is no key.
 * Requests fail with `ZZZ_SESSION_STORE` when the store does, and with `ZZZ_SESSION_TOO_LARGE`.
 *
 * ```ts
 * const visits = sessionValue<number>('visits')
 *
 * get('/', { use: [session()] }, (ctx) => {
 *   const current = ctx.get(sessionKey)
 *   const count = (current.get(visits) ?? 0) + 1
 *   current.set(visits, count)
 *   return ctx.text(`Visit number ${count}`)
 * })
 * ```
 */
export function session(options: SessionOptions = {}): Middleware {
  checkOptions('session', options, optionRules)
  const { store, name = 'session', cookie = {} } = options
  checkOptions<SessionCookieOptions>('session, cookie', cookie, cookieOptionRules)
  const terms = toTerms(options, cookie, name)
  const keeper = store === undefined ? cookieKeeper(name, terms) : storeKeeper(store, terms)

  function run(ctx: Context, state: SessionState, next: () => MaybePromise<Reply>): MaybePromise<Reply> {
    ctx.set(sessionKey, state)
    return mapMaybe(next(), (reply) => {
      state.close()
      if (!state.used) return reply
      addVary(reply, 'Cookie')
      return guarded(reply, () => keeper.save(ctx, state, reply))
    })
  }

  const step: Middleware = function session(ctx, next) {
    // The outer one of two has it already.
    if (ctx.find(sessionKey) !== undefined) return next()
    return mapMaybe(keeper.open(ctx), (state) => run(ctx, state, next))
  }
  return Object.assign(step, {
    prepare: store === undefined ? (app) => app.secrets.require('session()') : undefined,
  } satisfies Pick<Middleware, 'prepare'>)
}

function toTerms(options: SessionOptions, cookie: SessionCookieOptions, name: string): SessionTerms {
  const { maxAge = 1_209_600, lifetime = Number.POSITIVE_INFINITY, clock = systemClock } = options
  const cookieName = cookieNames(name, cookie)
  const [open, secure] = [false, true].map((isSecure) => {
    const actual = cookie.secure ?? (isSecure || needsHttps(name, cookie))
    return setCookieLine(cookieName(isSecure), '', cookie, actual).slice(cookieName(isSecure).length + 1)
  }) as [string, string]
  const cookieEnd = (isSecure: boolean) => (isSecure ? secure : open)
  return { clock, maxAge: maxAge * 1000, lifetime: lifetime * 1000, cookie, cookieName, cookieEnd }
}

/** Saves. When that fails, an error goes out instead of the reply, whose body nobody will read. */
function guarded(reply: Reply, save: () => MaybePromise<Reply>): MaybePromise<Reply> {
  const giveUp = async (error: unknown): Promise<never> => {
    await discardBody(reply.body)
    throw error
  }
  try {
    const saved = save()
    return isPromise(saved) ? saved.catch(giveUp) : saved
  } catch (error) {
    return giveUp(error)
  }
}

function isStore(value: unknown): boolean {
  return methods.every((method) => typeof (value as Partial<SessionStore> | null)?.[method] === 'function')
}
