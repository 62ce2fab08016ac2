import type { Middleware } from '../context/middleware.ts'
import { type CacheDirectives, formatCacheControl } from '../http/cache-control.ts'
import type { Reply } from '../http/reply.ts'
import { mapMaybe } from '../internal/maybe-promise.ts'
import { flagRule } from '../internal/option-rules.ts'
import { checkOptions } from '../internal/options.ts'

/** Options of `cacheControl`: the directives, and where they go. */
export interface CacheControlOptions extends CacheDirectives {
  /** Errors and temporary redirects (302, 303, 307) get them too. Default: only with `noStore`. */
  errors?: boolean | undefined
}

/**
 * Says how long, and by whom, replies may be kept (`Cache-Control`, RFC 9111 section 5.2). Errors and temporary redirects
 * are left out unless told, since what is wrong now need not be so in a minute. A reply that has the header keeps its
 * own. Throws `ZZZ_OPTION_INVALID`, also for directives that contradict each other.
 *
 * ```ts
 * get('/news', { use: [cacheControl({ public: true, maxAge: 60, staleWhileRevalidate: 600 })] }, news.index)
 * ```
 */
export function cacheControl(options: CacheControlOptions): Middleware {
  const { errors, ...directives } = options
  checkOptions('cacheControl', { errors }, { errors: flagRule })
  const value = formatCacheControl('cacheControl', directives)
  const everywhere = errors ?? directives.noStore === true
  return function cacheControl(_ctx, next) {
    return mapMaybe(next(), (reply) => {
      const wanted = (everywhere || isLasting(reply)) && !reply.headers.has('cache-control')
      return wanted ? reply.header('cache-control', value) : reply
    })
  }
}

const temporary: ReadonlySet<number> = new Set([302, 303, 307])

function isLasting({ statusCode, error }: Reply): boolean {
  return error === undefined && statusCode < 400 && !temporary.has(statusCode)
}
