import { traceContextKey } from '../context/keys.ts'
import type { Middleware } from '../context/middleware.ts'
import { parseTraceparent, traceContext as place, soundTracestate } from '../http/trace-context.ts'
import { flagRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'

/** Options of `traceContext`. */
export interface TraceContextOptions {
  /** Go on with the trace of a caller that sends `traceparent`. Default true; false begins one with every request. */
  accept?: boolean | undefined
}

const optionRules: OptionRules<TraceContextOptions> = { accept: flagRule }

/**
 * Puts each request into a trace (W3C Trace Context), under `traceContextKey`, so that logs of several services can be
 * joined: the caller's trace where a valid `traceparent` comes, else a new one. Hand `traceparent` and `tracestate` on
 * with calls to other services. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const { traceparent } = ctx.get(traceContextKey)
 * await fetch('http://stock.internal/items/7', { headers: { traceparent } })
 * ```
 */
export function traceContext(options: TraceContextOptions = {}): Middleware {
  checkOptions('traceContext', options, optionRules)
  const { accept = true } = options
  return function traceContext(ctx, next) {
    const parent = accept ? parseTraceparent(ctx.header('traceparent')) : undefined
    ctx.set(traceContextKey, place(parent, parent && soundTracestate(ctx.header('tracestate'))))
    return next()
  }
}
