import type { Context } from '../context/context.ts'
import { requestIdKey } from '../context/keys.ts'
import type { Outcome } from '../http/outcome.ts'
import type { Reply } from '../http/reply.ts'
import { type MaybePromise, mapMaybe } from '../internal/maybe-promise.ts'
import { requestChannel } from '../telemetry/channels.ts'
import type { RequestEvent } from '../telemetry/events.ts'
import type { Pipeline } from './compose.ts'

/** Runs a pipeline, and publishes what becomes of the request where anybody listens to `zzz:request`. */
export function runTraced(pipeline: Pipeline, ctx: Context): MaybePromise<Reply> {
  return requestChannel.hasSubscribers ? new RequestTrace(ctx).run(pipeline) : pipeline(ctx)
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

/** One request as its subscribers see it. */
class RequestTrace {
  readonly #ctx: Context
  readonly #started = performance.now()
  readonly #event: Mutable<RequestEvent>
  #settled = false

  constructor(ctx: Context) {
    this.#ctx = ctx
    this.#event = {
      method: ctx.method,
      path: ctx.path,
      route: ctx.route?.pattern,
      requestId: undefined,
      status: 0,
      bytesSent: 0,
      aborted: false,
      duration: 0,
      error: undefined,
    }
  }

  run(pipeline: Pipeline): MaybePromise<Reply> {
    const ctx = this.#ctx
    ctx.onSettled((outcome) => this.#settle(outcome))
    // So that an AsyncLocalStorage bound to the channel (`bindStore`) holds through the handler.
    const reply = requestChannel.start.runStores(this.#event, () => pipeline(ctx))
    this.#publish('end')
    return mapMaybe(reply, (made) => this.#replied(made))
  }

  #replied(reply: Reply): Reply {
    // Nobody gets what is made after the client has left or the server has answered in its place.
    if (this.#settled) return reply
    this.#event.status = reply.statusCode
    this.#event.error = reply.error
    this.#publish('asyncStart')
    return reply
  }

  #settle({ status, bytesSent, aborted, error }: Outcome): void {
    this.#settled = true
    Object.assign(this.#event, { status, bytesSent, aborted, error })
    if (error !== undefined) this.#publish('error')
    this.#publish('asyncEnd')
  }

  #publish(moment: 'end' | 'asyncStart' | 'error' | 'asyncEnd'): void {
    this.#event.duration = performance.now() - this.#started
    this.#event.requestId ??= this.#ctx.find(requestIdKey)
    requestChannel[moment].publish(this.#event)
  }
}
