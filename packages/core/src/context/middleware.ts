import type { Reply } from '../http/reply.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import type { AppInfo } from './app-info.ts'
import type { Context } from './context.ts'

/** What a handler may return: a reply of the context's helpers, or a web `Response`, now or later. */
export type HandlerResult = MaybePromise<Reply | Response>

/** Answers a request. `P` are the path parameters it reads; a route without them does not accept the handler. */
export type Handler<P extends object = object> = (ctx: Context<P>) => HandlerResult

/** Runs what is left of the pipeline. Never rejects: an error below is a reply already (`reply.error` keeps it). */
export type Next = () => MaybePromise<Reply>

/**
 * A step around handlers: look at the context, call `next` once or answer instead, look at the reply.
 *
 * ```ts
 * const timing: Middleware = async (ctx, next) => {
 *   const start = performance.now()
 *   const reply = await next()
 *   return reply.header('server-timing', `total;dur=${performance.now() - start}`)
 * }
 * ```
 */
export interface Middleware {
  (ctx: Context, next: Next): HandlerResult
  /**
   * Called once for each application that uses this middleware, when it is created: throw when something is missing that
   * no request could be answered without.
   */
  readonly prepare?: ((app: AppInfo) => void) | undefined
}
