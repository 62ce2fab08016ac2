import { problemDetailsKey } from '../context/keys.ts'
import type { Middleware } from '../context/middleware.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'

/** Options of `problemDetails`. */
export interface ProblemDetailsOptions {
  /**
   * The path at and below which it holds, such as `/api`: on the application, it then sees what no route matches too.
   * Default: wherever it runs.
   */
  below?: string | undefined
}

const optionRules: OptionRules<ProblemDetailsOptions> = {
  below: ['a path such as "/api"', (value) => typeof value === 'string' && /^(?:\/[^/?#]+)+$/.test(value)],
}

/**
 * Makes problem details (RFC 9457) of errors for every client that takes JSON at all, so also where `Accept` is missing or
 * takes anything; `errorPages` leaves them alone. It holds for what runs inside of it: put it before what refuses
 * requests, authentication for example. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * createApp({ use: [problemDetails({ below: '/api' })], routes })
 * scope('/api', { use: [problemDetails(), bearerAuth({ verify })] }, routes)
 * ```
 */
export function problemDetails(options: ProblemDetailsOptions = {}): Middleware {
  checkOptions('problemDetails', options, optionRules)
  const { below } = options
  return function problemDetails(ctx, next) {
    if (below === undefined || ctx.path === below || ctx.path.startsWith(`${below}/`)) {
      ctx.set(problemDetailsKey, true)
    }
    return next()
  }
}
