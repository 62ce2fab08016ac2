import type { Context } from '../../context/context.ts'
import { traceContextKey } from '../../context/keys.ts'
import type { Middleware } from '../../context/middleware.ts'
import { isFault, type Outcome } from '../../http/outcome.ts'
import { parseTraceparent, soundTracestate, toTraceContext } from '../../http/trace-context.ts'
import { errorRecord } from '../../internal/error-record.ts'
import { loadPeer } from '../../internal/load-peer.ts'
import { flagRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { outcomeAttributes, requestAttributes, spanName } from './span-attributes.ts'

type Api = typeof import('@opentelemetry/api')
type OtelContext = import('@opentelemetry/api').Context
type Span = import('@opentelemetry/api').Span

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /** Go on with the trace of a caller. Default true; false begins one with every request. */
  accept?: boolean | undefined
}

const optionRules: OptionRules<OpenTelemetryOptions> = { accept: flagRule }

/**
 * A span for every request, with the package `@opentelemetry/api`: named `GET /users/:id`, with the attributes of the
 * stable conventions for HTTP, below the caller's span, active while the handler runs, ended when the request has
 * settled. Where the spans go is the business of the SDK that the application starts; without one they cost little and
 * go nowhere. Sets `traceContextKey` too. Put it first.
 *
 * Throws `ZZZ_OPTION_INVALID`, and `ZZZ_PEER_MISSING` without the package.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Middleware {
  checkOptions('openTelemetry', options, optionRules)
  const { accept = true } = options
  const api = loadPeer<Api>('openTelemetry', '@opentelemetry/api')
  const tracer = api.trace.getTracer('@zzz/core')
  return function openTelemetry(ctx, next) {
    // Not the active context: it may be that of whoever opened the connection.
    const parent = accept ? callerOf(api, ctx) : api.ROOT_CONTEXT
    const attributes = requestAttributes(ctx)
    const span = tracer.startSpan(spanName(ctx), { kind: api.SpanKind.SERVER, attributes }, parent)
    handOn(api, ctx, span, parent)
    ctx.onSettled((outcome) => end(api, span, outcome))
    return api.context.with(api.trace.setSpan(parent, span), next)
  }
}

/** The context that the caller sends, as the application's propagators read it; without any, W3C Trace Context. */
function callerOf(api: Api, ctx: Context): OtelContext {
  if (api.propagation.fields().length > 0) {
    return api.propagation.extract(api.ROOT_CONTEXT, ctx.request.headers, {
      get: (headers, name) => headers.get(name),
      keys: (headers) => [...headers].map(([name]) => name),
    })
  }
  const caller = parseTraceparent(ctx.header('traceparent'))
  if (caller === undefined) return api.ROOT_CONTEXT
  const state = soundTracestate(ctx.header('tracestate'))
  return api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId: caller.traceId,
    spanId: caller.parentId,
    traceFlags: caller.sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
    isRemote: true,
    ...(state !== undefined && { traceState: api.createTraceState(state) }),
  })
}

/** Tells logs and handlers of the trace. Without an SDK and a caller there is none. */
function handOn(api: Api, ctx: Context, span: Span, parent: OtelContext): void {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  if (!api.isSpanContextValid(span.spanContext())) return
  const trace = toTraceContext({
    traceId,
    spanId,
    parentId: api.trace.getSpanContext(parent)?.spanId,
    sampled: (traceFlags & api.TraceFlags.SAMPLED) !== 0,
    tracestate: traceState?.serialize() || undefined,
  })
  ctx.set(traceContextKey, trace)
}

function end(api: Api, span: Span, outcome: Outcome): void {
  if (span.isRecording()) {
    span.setAttributes(outcomeAttributes(outcome))
    if (isFault(outcome)) record(api, span, outcome.error)
    else if (outcome.status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR })
  }
  span.end()
}

function record(api: Api, span: Span, error: unknown): void {
  const { type, message, stack } = errorRecord(error)
  span.recordException({ name: type, message, ...(stack !== undefined && { stack }) })
  span.setStatus({ code: api.SpanStatusCode.ERROR, message })
}
