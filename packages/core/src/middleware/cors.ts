import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { Reply } from '../http/reply.ts'
import { isToken } from '../http/token.ts'
import { addVary } from '../http/vary.ts'
import { type MaybePromise, mapMaybe } from '../internal/maybe-promise.ts'
import { flagRule, secondsRule } from '../internal/option-rules.ts'
import { checkOptions, describe, type OptionRules } from '../internal/options.ts'

/** Decides about an origin that a browser names, such as `https://example.com`, or `null`. */
export type OriginTest = (origin: string, ctx: Context) => MaybePromise<boolean>

/** Options of `cors`. */
export interface CorsOptions {
  /**
   * Whose pages may read the replies: `'*'` for everyone's; a list of origins (`https://example.com`, no path, no slash
   * at the end) and regular expressions, each of which has to match the whole origin; or a function. The origin `null`
   * of sandboxed frames and local files, which anyone can have, is refused unless the list has `'null'` or the function
   * says so.
   */
  origins: '*' | readonly (string | RegExp)[] | OriginTest
  /** Methods that those pages may send. Default: GET, HEAD, POST, PUT, PATCH, DELETE. */
  methods?: readonly string[] | undefined
  /** Request headers that they may send beside those that are always allowed. Default: any that they ask for. */
  headers?: readonly string[] | undefined
  /** Response headers that they may read beside those that always can be. Default: none. */
  expose?: readonly string[] | undefined
  /** Let cookies and HTTP authentication come along. Not with `'*'`. Default false. */
  credentials?: boolean | undefined
  /** Seconds for which browsers may remember the answer to a preflight. Default 600; they have upper bounds of their own. */
  maxAge?: number | undefined
}

const isTokens = (value: unknown) =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && isToken(name) && name !== '*')
const optionRules: OptionRules<CorsOptions> = {
  origins: [
    '"*", a function, or a list of regular expressions and origins like "https://example.com"',
    (value) => value === '*' || typeof value === 'function' || Array.isArray(value),
  ],
  methods: ['a list of methods', isTokens],
  headers: ['a list of header names; leave it out to allow all', isTokens],
  expose: ['a list of header names', isTokens],
  credentials: flagRule,
  maxAge: secondsRule,
}

/**
 * Lets pages of other origins read replies (CORS, Fetch standard section 3.3): answers preflights, and adds the headers to
 * every reply, errors included. It belongs to the application, a scope or a route; before authentication, because a
 * preflight carries no credentials. The outermost one answers preflights, so a route should have one of them.
 *
 * It does not keep anyone out: a request of another origin is handled as ever, its page only cannot read the reply. Throws
 * `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * scope('/api', { use: [cors({ origins: ['https://example.com', /https:\/\/[a-z]+\.example\.com/] })] }, routes)
 * ```
 */
export function cors(options: CorsOptions): Middleware {
  checkOptions('cors', options, optionRules)
  const { origins, credentials = false, expose = [] } = options
  if (origins === undefined)
    throw refused('option "origins" is missing: say whose pages may read the replies')
  if (typeof origins === 'object') origins.forEach(checkOrigin)
  if (origins === '*' && credentials) {
    throw refused(
      'option "credentials" cannot go with origins: "*", as every page on the web could act for its visitors. List origins',
    )
  }
  const isAllowed = originTest(origins)
  const preflight = preflightReply(options)
  const exposed = expose.join(', ')

  const allow = (reply: Reply, origin: string): Reply => {
    reply.header('access-control-allow-origin', origins === '*' ? '*' : origin)
    return credentials ? reply.header('access-control-allow-credentials', 'true') : reply
  }
  /** What is said of an origin has to stay with it, in caches too; a reply that depends on none stays as it is. */
  const vary = (reply: Reply): Reply => (origins === '*' ? reply : addVary(reply, 'Origin'))

  const speak = (reply: Reply, origin: string): Reply => {
    // One closer to the handler has spoken.
    if (reply.headers.has('access-control-allow-origin')) return reply
    if (exposed !== '') reply.header('access-control-expose-headers', exposed)
    return vary(allow(reply, origin))
  }

  return function cors(ctx, next) {
    const origin = ctx.header('origin')
    // What is for everyone says so whoever asks: a cache may give it to a page of another origin next.
    if (origin === undefined) return mapMaybe(next(), origins === '*' ? (reply) => speak(reply, '*') : vary)
    return mapMaybe(isAllowed(origin, ctx), (allowed) => {
      if (allowed !== true) return mapMaybe(next(), vary)
      const asked = ctx.method === 'OPTIONS' && ctx.request.headers.has('access-control-request-method')
      if (asked) return vary(allow(preflight(ctx), origin))
      return mapMaybe(next(), (reply) => speak(reply, origin))
    })
  }
}

/** Makes the test of an origin. */
function originTest(origins: CorsOptions['origins']): OriginTest {
  if (origins === '*') return () => true
  if (typeof origins === 'function') return origins
  const names = new Set(origins.filter((one) => typeof one === 'string'))
  const patterns = origins
    .filter((one) => one instanceof RegExp)
    // Whole origins only: /example\.com/ would let https://example.com.evil.test in.
    .map(({ source, flags }) => new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, '')))
  return (origin) =>
    names.has(origin) || (origin !== 'null' && patterns.some((pattern) => pattern.test(origin)))
}

/** Makes the answer to preflights, all but the origin. */
function preflightReply({ methods, headers, maxAge = 600 }: CorsOptions): (ctx: Context) => Reply {
  const allowedMethods = (methods ?? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).join(', ')
  const allowedHeaders = headers?.join(', ')
  return (ctx) => {
    const reply = new Reply(204, null)
      .header('access-control-allow-methods', allowedMethods)
      .header('access-control-max-age', String(maxAge))
    const names = allowedHeaders ?? ctx.header('access-control-request-headers') ?? ''
    if (names !== '') reply.header('access-control-allow-headers', names)
    return allowedHeaders === undefined ? addVary(reply, 'Access-Control-Request-Headers') : reply
  }
}

/** Refuses an entry that no browser would send, and names what was probably meant. */
function checkOrigin(value: unknown): void {
  if (isOrigin(value)) return
  const meant = typeof value === 'string' && URL.canParse(value) ? new URL(value).origin : 'null'
  const example = describe(meant === 'null' ? 'https://example.com' : meant)
  throw refused(
    `option "origins" has ${describe(value)}, which is no origin; one is ${example}, without a path`,
  )
}

/** A regular expression, `null`, or an origin as browsers write it: scheme and host in lower case, no default port. */
function isOrigin(value: unknown): boolean {
  if (value instanceof RegExp || value === 'null') return true
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { origin } = new URL(value)
  // Of schemes other than the web's (`capacitor://localhost`, `chrome-extension://…`) URL knows no origin.
  return origin === value || (origin === 'null' && /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/.test(value))
}

function refused(why: string): ZzzError {
  return new ZzzError('ZZZ_OPTION_INVALID', `cors: ${why}`)
}
