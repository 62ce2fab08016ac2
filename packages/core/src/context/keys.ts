import type { TraceContext } from '../http/trace-context.ts'
import { type AssignKey, assign } from './assign.ts'
import type { Log } from './log.ts'

/** The key of the request's id, set by `requestId`: `ctx.get(requestIdKey)`. */
export const requestIdKey: AssignKey<string> = assign('requestId', 'requestId()')

/**
 * The key of the nonce that this reply's Content-Security-Policy allows, set by `securityHeaders`: put it on the inline
 * scripts and styles of a page, `<script nonce="${ctx.get(cspNonceKey)}">`.
 */
export const cspNonceKey: AssignKey<string> = assign(
  'cspNonce',
  'securityHeaders() with a nonce in its policy',
)

/**
 * Set by what keeps replies for others: answer with the whole reply, whatever the conditions of this request are. It
 * weighs them itself.
 */
export const wholeReplyKey: AssignKey<true> = assign('wholeReply')

/**
 * Set by what puts something into a reply that is good for this request alone, such as a nonce: what keeps replies for
 * others leaves this one alone.
 */
export const ownReplyKey: AssignKey<true> = assign('ownReply')

/** The key of the request's log, set by `logger` and `structuredLogger`: `ctx.get(loggerKey).info({ order: 7 }, 'paid')`. */
export const loggerKey: AssignKey<Log> = assign('logger', 'logger() or structuredLogger()')

/** The key of the request's place in a trace, set by `traceContext` and `openTelemetry`. */
export const traceContextKey: AssignKey<TraceContext> = assign(
  'traceContext',
  'traceContext() or openTelemetry()',
)

/** Whether the client has the page already and asks for a part of it, set by `htmx`: `ctx.render` leaves the layout out. */
export const fragmentKey: AssignKey<boolean> = assign('fragment')

/** Whether a script puts the reply into a page, set by `htmx`: it is put there whole, so nothing of it can come late. */
export const swappedKey: AssignKey<boolean> = assign('swapped')

/** Whether errors are problem details for every client that takes them at all, set by `problemDetails`. */
export const problemDetailsKey: AssignKey<true> = assign('problemDetails')
