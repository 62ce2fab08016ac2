import type { Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { mapMaybe } from '../internal/maybe-promise.ts'
import { flagRule, secondsRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'

/** Options of `hsts`. */
export interface HstsOptions {
  /** Seconds for which browsers remember to use HTTPS only; 0 makes them forget. Default 31,536,000: a year. */
  maxAge?: number | undefined
  /** Every host below this one too. Default false: it has to be true of all of them. */
  includeSubDomains?: boolean | undefined
  /** Agree to be built into browsers (https://hstspreload.org). Needs `includeSubDomains` and a year. Default false. */
  preload?: boolean | undefined
}

const year = 31_536_000
const optionRules: OptionRules<HstsOptions> = {
  maxAge: secondsRule,
  includeSubDomains: flagRule,
  preload: flagRule,
}

/**
 * Tells browsers to use HTTPS for this host from now on (`Strict-Transport-Security`, RFC 6797), on replies over HTTPS
 * only, since the header means nothing over HTTP. A reply that has the header keeps its own. Throws
 * `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * createApp({ use: [hsts({ maxAge: 63_072_000, includeSubDomains: true })], routes })
 * ```
 */
export function hsts(options: HstsOptions = {}): Middleware {
  checkOptions('hsts', options, optionRules)
  const { maxAge = year, includeSubDomains = false, preload = false } = options
  if (preload && (!includeSubDomains || maxAge < year)) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      `hsts: option "preload" needs includeSubDomains: true and a maxAge of at least ${year}`,
    )
  }
  const value = `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`
  return function hsts(ctx, next) {
    return mapMaybe(next(), (reply) => {
      const wanted = ctx.secure && !reply.headers.has('strict-transport-security')
      return wanted ? reply.header('strict-transport-security', value) : reply
    })
  }
}
