import type { Context } from '../../context/context.ts'
import type { Middleware } from '../../context/middleware.ts'
import { ZzzError } from '../../errors.ts'
import { isForm } from '../../http/body/read-form.ts'
import { safeMethods } from '../../http/method.ts'
import { functionRule, oneOf } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { sessionKey } from '../../session/session.ts'
import { isCsrfToken } from './csrf-token.ts'

/** Options of `csrf`. */
export interface CsrfOptions {
  /** Other origins whose pages may send forms here, as browsers write them: `https://admin.example.org`. Default: none. */
  trustedOrigins?: readonly string[] | undefined
  /**
   * What becomes of a request that does not say where it comes from, as old browsers and programs send it: it needs a
   * token of `csrfToken` (`token`, default), or is let through (`allow`), for routes that programs use with cookies.
   */
  fallback?: 'token' | 'allow' | undefined
  /** Requests that need no protection, since nothing comes with them by itself: webhooks, bearer tokens; only true counts. Default: none. */
  exempt?: ((ctx: Context) => boolean) | undefined
}

const optionRules: OptionRules<CsrfOptions> = {
  trustedOrigins: [
    'a list of origins like "https://example.org"',
    (value) => Array.isArray(value) && value.every(isOrigin),
  ],
  fallback: oneOf('token', 'allow'),
  exempt: functionRule,
}

/**
 * Refuses requests that another site makes a browser send (cross-site request forgery), before any handler runs. Browsers
 * say where a request comes from: `Sec-Fetch-Site`, or `Origin`; one that says neither needs a token, in the field `_csrf`
 * or the header `x-csrf-token`. Requests that change nothing (GET, HEAD, OPTIONS) pass. Tokens need `session` around it.
 *
 * Throws `ZZZ_OPTION_INVALID`. Requests are refused with `ZZZ_CSRF_ORIGIN` and `ZZZ_CSRF_TOKEN` (403).
 *
 * ```ts
 * scope('/', { use: [session(), csrf()] }, [get('/form', form.show), post('/form', form.create)])
 * ```
 */
export function csrf(options: CsrfOptions = {}): Middleware {
  checkOptions('csrf', options, optionRules)
  const { fallback = 'token', exempt = () => false } = options
  const trusted: ReadonlySet<string> = new Set(options.trustedOrigins)
  return function csrf(ctx, next) {
    if (safeMethods.has(ctx.method) || exempt(ctx) === true) return next()
    const origin = originOf(ctx, trusted)
    if (origin === 'foreign') throw foreign(ctx)
    if (origin === 'own' || (origin === 'unsaid' && fallback === 'allow')) return next()
    return checkToken(ctx).then(next)
  }
}

/** Where a request comes from, as the browser says; `hidden` where it does not want to. */
function originOf(ctx: Context, trusted: ReadonlySet<string>): 'own' | 'foreign' | 'hidden' | 'unsaid' {
  const site = ctx.header('sec-fetch-site')
  const origin = ctx.header('origin')
  if (site === 'same-origin' || site === 'none' || (origin !== undefined && trusted.has(origin))) return 'own'
  if (site !== undefined) return 'foreign'
  if (origin === undefined) return 'unsaid'
  if (origin === 'null') return 'hidden'
  return isOwn(ctx, origin) ? 'own' : 'foreign'
}

/** Our own origin. Where TLS ends at a proxy that nobody told us of, the browser's scheme is not the one that we see. */
function isOwn({ host, secure }: Context, origin: string): boolean {
  return origin === originFor('https', host) || (!secure && origin === originFor('http', host))
}

/** As browsers write it: in lower case and without the default port, which proxies may have added to the host. */
function originFor(scheme: 'http' | 'https', host: string): string | undefined {
  return URL.parse(`${scheme}://${host}`)?.origin
}

async function checkToken(ctx: Context): Promise<void> {
  const token = ctx.header('x-csrf-token') ?? (await tokenOfForm(ctx))
  if (isCsrfToken(ctx, token)) return
  throw new ZzzError('ZZZ_CSRF_TOKEN', tokenFault(ctx, token))
}

function tokenFault(ctx: Context, token: string | undefined): string {
  // Without a session there is no way to a token: that comes before what the request lacks.
  if (ctx.find(sessionKey) === undefined) {
    return 'The request does not say where it comes from, and a CSRF token belongs to a session, of which there is none here: put session() before csrf()'
  }
  return token === undefined
    ? 'The request does not say where it comes from, and has no CSRF token'
    : 'The CSRF token is not one of this session: load the page again'
}

async function tokenOfForm(ctx: Context): Promise<string | undefined> {
  return isForm(ctx.request.headers) ? ctx.formValue('_csrf') : undefined
}

function foreign(ctx: Context): ZzzError {
  const from = ctx.header('origin') ?? `a ${ctx.header('sec-fetch-site')} page`
  return new ZzzError('ZZZ_CSRF_ORIGIN', `${ctx.method} ${ctx.path} may not be sent from ${from}`)
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}
