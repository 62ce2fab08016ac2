import { randomUUID } from 'node:crypto'

/** Which trace a request belongs to, and which of its spans this server is: W3C Trace Context. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, the same in every service that the request passes. */
  readonly traceId: string
  /** This server's own span, 16 digits. */
  readonly spanId: string
  /** The caller's span; undefined where the trace begins here. */
  readonly parentId: string | undefined
  /** Whether the caller, or the tracer here, records the trace. */
  readonly sampled: boolean
  /** The header `traceparent` for calls to other services. */
  readonly traceparent: string
  /** The header `tracestate` for them; undefined where none came. */
  readonly tracestate: string | undefined
}

/** What the caller said in `traceparent`. */
export interface TraceParent {
  readonly traceId: string
  readonly parentId: string
  readonly sampled: boolean
}

const form = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
const zeros = /^0+$/

/**
 * Reads a `traceparent` header as strictly as W3C Trace Context section 3.2 asks: lower-case digits, no zero ids, nothing
 * behind version 00, at least the fields of 00 in later versions. Undefined for anything else.
 */
export function parseTraceparent(header: string | undefined): TraceParent | undefined {
  const [, version, traceId = '', parentId = '', flags = '', rest] = form.exec(header ?? '') ?? []
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (zeros.test(traceId) || zeros.test(parentId)) return undefined
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** Section 3.3.1: at most 32 members `key=value`, empty ones allowed; the value has no comma and no equals sign. */
const member =
  /^[\t ]*(?:(?:[a-z][a-z\d_*/-]{0,255}|[a-z\d][a-z\d_*/-]{0,240}@[a-z][a-z\d_*/-]{0,13})=[ -+\--<>-~]{0,255}[!-+\--<>-~][\t ]*)?$/

/** The `tracestate` header as it came, when it is sound; undefined otherwise, since a broken one is to be dropped. */
export function soundTracestate(header: string | undefined): string | undefined {
  if (header === undefined || header.length > 8192) return undefined
  const members = header.split(',')
  return members.length <= 32 && members.every((one) => member.test(one)) ? header : undefined
}

/** The place in a trace of what runs here: a span of its own, below the caller's where there is one. */
export function traceContext(parent: TraceParent | undefined, tracestate: string | undefined): TraceContext {
  const traceId = parent?.traceId ?? randomUUID().replaceAll('-', '')
  // Node keeps random bits for UUIDs in store, which makes them many times faster than bytes; these groups are all random.
  const uuid = randomUUID()
  const spanId = uuid.slice(0, 8) + uuid.slice(24, 32)
  return toTraceContext({
    traceId,
    spanId,
    parentId: parent?.parentId,
    sampled: parent?.sampled ?? false,
    tracestate: parent && tracestate,
  })
}

/** The same of ids that a tracer has chosen. */
export function toTraceContext(span: Omit<TraceContext, 'traceparent'>): TraceContext {
  return { ...span, traceparent: `00-${span.traceId}-${span.spanId}-${span.sampled ? '01' : '00'}` }
}
