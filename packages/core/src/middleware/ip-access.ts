import type { Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { addressList } from '../http/address-list.ts'
import { checkOptions, type OptionRules, type Rule } from '../internal/options.ts'

/** Options of `ipAccess`: one of them at least. */
export interface IpAccessOptions {
  /** Addresses and CIDR ranges that may ask; no others then. Default: all. */
  allow?: readonly string[] | undefined
  /** Addresses and CIDR ranges that may not, even where they are allowed. Default: none. */
  deny?: readonly string[] | undefined
}

const listRule: Rule = [
  'a list of addresses and CIDR ranges',
  (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
]
const optionRules: OptionRules<IpAccessOptions> = { allow: listRule, deny: listRule }

/**
 * Admits clients by their address (`ctx.ip`), and answers others 403 (`ZZZ_ADDRESS_DENIED`). Behind a proxy, `createApp` has
 * to name it in `trustedProxies`, or everyone has the proxy's address. A client without one (`app.fetch`, a Unix socket) is
 * in no list.
 *
 * Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * scope('/admin', { use: [ipAccess({ allow: ['10.0.0.0/8', '::1'], deny: ['10.6.6.6'] })] }, routes)
 * ```
 */
export function ipAccess(options: IpAccessOptions): Middleware {
  checkOptions('ipAccess', options, optionRules)
  if (options.allow === undefined && options.deny === undefined) {
    throw new ZzzError('ZZZ_OPTION_INVALID', 'ipAccess: one of the options "allow" and "deny" is needed')
  }
  const allowed = options.allow && addressList('ipAccess: option "allow"', options.allow)
  const denied = addressList('ipAccess: option "deny"', options.deny ?? [])
  return function ipAccess(ctx, next) {
    if (denied.has(ctx.ip) || allowed?.has(ctx.ip) === false) {
      throw new ZzzError('ZZZ_ADDRESS_DENIED', 'This is not for your address')
    }
    return next()
  }
}
