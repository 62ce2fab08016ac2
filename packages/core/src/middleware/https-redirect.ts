import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { HttpError } from '../errors.ts'
import { isValidHost } from '../http/host.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'

/** Options of `httpsRedirect`. */
export interface HttpsRedirectOptions {
  /** The port that HTTPS is on. Default 443. */
  port?: number | undefined
  /** Host names, without a port, that are redirected; any other is answered 421. Default: every valid one. */
  hosts?: readonly string[] | undefined
}

const optionRules: OptionRules<HttpsRedirectOptions> = {
  port: ['an integer from 1 to 65535', isPort],
  hosts: ['a list of host names without ports', isHosts],
}

/**
 * Sends clients that speak plain HTTP to the same path and query over HTTPS, with 308, which keeps the method and the
 * body. Where the request came through a proxy, `createApp` has to name it in `trustedProxies`, or it would look like
 * plain HTTP for ever.
 *
 * The host is the one that the client asked for: nobody can aim the redirect of another client, but a cache in between
 * could be poisoned, which `hosts` prevents. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * createApp({ use: [httpsRedirect({ hosts: ['example.org', 'www.example.org'] })], routes })
 * ```
 */
export function httpsRedirect(options: HttpsRedirectOptions = {}): Middleware {
  checkOptions('httpsRedirect', options, optionRules)
  const { port = 443, hosts } = options
  const suffix = port === 443 ? '' : `:${port}`
  const allowed = hosts && new Set(hosts.map((host) => host.toLowerCase()))
  return function httpsRedirect(ctx, next) {
    if (ctx.secure) return next()
    const host = hostName(ctx)
    if (allowed?.has(host.toLowerCase()) === false) throw new HttpError(421, `There is no ${host} here`)
    return ctx.redirect(`https://${host}${suffix}${pathAndQuery(ctx)}`, 308)
  }
}

/** The name or address that the client asked for, without its port. Throws 400 where there is none. */
function hostName(ctx: Context): string {
  const host = ctx.host.replace(/:\d*$/, '')
  if (host === '' || !isValidHost(host)) throw new HttpError(400, 'The request has no valid host')
  return host
}

function pathAndQuery({ request: { path, queryString } }: Context): string {
  // Of `OPTIONS *` only the host can be kept.
  return (path.startsWith('/') ? path : '/') + (queryString === '' ? '' : `?${queryString}`)
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535
}

function isHosts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isHost)
}

function isHost(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value !== '' &&
    isValidHost(value) &&
    !/:\d*$/.test(value.replace(/^\[.*\]$/, ''))
  )
}
