import type { Context } from '../context/context.ts'
import type { Handler, HandlerResult, Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { Reply } from '../http/reply.ts'
import { addVary } from '../http/vary.ts'
import { fromWebResponse } from '../http/web.ts'
import { isPromise, type MaybePromise } from '../internal/maybe-promise.ts'
import { describe } from '../internal/options.ts'

/** A whole pipeline: from a context to a reply. Never throws and never rejects. */
export type Pipeline = (ctx: Context) => MaybePromise<Reply>

/**
 * Composes middleware, outermost first, and a handler. Each step is guarded by itself: what it throws becomes a reply
 * there, so the middleware around it sees a reply in any case. Where no step is asynchronous, the pipeline is not.
 */
export function compose(middleware: readonly Middleware[], handler: Handler, where: string): Pipeline {
  return middleware.reduceRight<Pipeline>(
    (next, step) =>
      guard(
        (ctx) => step(ctx, once(next, ctx, step, where)),
        `Middleware ${step.name || '(anonymous)'} of ${where}`,
      ),
    guard(handler, `The handler of ${where}`),
  )
}

function once(next: Pipeline, ctx: Context, step: Middleware, where: string): () => MaybePromise<Reply> {
  let called = false
  return () => {
    if (called) {
      throw new ZzzError(
        'ZZZ_NEXT_TWICE',
        `Middleware ${step.name || '(anonymous)'} of ${where} called next() twice`,
      )
    }
    called = true
    return next(ctx)
  }
}

function guard(run: (ctx: Context) => HandlerResult, where: string): Pipeline {
  return (ctx) => {
    try {
      const result = run(ctx)
      if (result instanceof Reply) return leaving(result, ctx)
      return isPromise(result) ? guardLater(result, ctx, where) : leaving(toReply(result, where), ctx)
    } catch (error) {
      return leaving(ctx.error(error), ctx)
    }
  }
}

async function guardLater(
  result: PromiseLike<Reply | Response>,
  ctx: Context,
  where: string,
): Promise<Reply> {
  try {
    return leaving(toReply(await result, where), ctx)
  } catch (error) {
    return leaving(ctx.error(error), ctx)
  }
}

/**
 * A reply on its way out of a step: only here it meets the request, which decides how its cookies are sent, and what was
 * found out about the request meanwhile.
 */
function leaving(reply: Reply, ctx: Context): Reply {
  reply.cookies?.complete(ctx.secure)
  return ctx.varies === undefined ? reply : addVary(reply, ...ctx.varies)
}

function toReply(value: unknown, where: string): Reply {
  if (value instanceof Reply) return value
  if (value instanceof Response) return fromWebResponse(value)
  const advice =
    value === undefined ? ' Is a return missing?' : value instanceof Error ? ' Throw it instead.' : ''
  throw new ZzzError(
    'ZZZ_NO_REPLY',
    `${where} returned ${describe(value)}.${advice} A reply is made by ctx.json(…), ctx.text(…) and so on`,
  )
}
