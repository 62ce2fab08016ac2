import { type CookieOptions, needsHttps } from './cookie.ts'

/**
 * The name that a cookie of ours has in the browser: with the prefix `__Host-` where that is possible, over HTTPS, for the
 * whole site and this host alone. Browsers take such a cookie from this host over HTTPS only, so that neither a
 * neighbouring host nor someone on the network can plant one; the name without the prefix is not read there.
 */
export function cookieNames(name: string, options: CookieOptions): (secure: boolean) => string {
  const { path = '/', domain, secure } = options
  const prefixed = path === '/' && domain === undefined && !name.startsWith('__') ? `__Host-${name}` : name
  const always = secure ?? (needsHttps(name, options) || undefined)
  return (requestSecure) => ((always ?? requestSecure) ? prefixed : name)
}
