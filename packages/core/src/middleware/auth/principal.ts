import type { AssignKey } from '../../context/assign.ts'
import type { Context } from '../../context/context.ts'
import type { HandlerResult, Next } from '../../context/middleware.ts'
import { isPromise } from '../../internal/maybe-promise.ts'

/** What a `verify` function may answer: who it is, now or later, or anything falsy for a refusal. */
export type Verdict<T> = Principal<T> | PromiseLike<Principal<T>>

type Principal<T> = T | undefined | null | false

/** Keeps a principal and goes on; what is falsy is refused by `refuse`, so that a forgotten result lets nobody in. */
export function admit<T>(
  verdict: Verdict<T>,
  as: AssignKey<T> | undefined,
  ctx: Context,
  next: Next,
  refuse: () => Error,
): HandlerResult {
  // Query builders are thenables without being promises; taken for a value, one would be an open door.
  if (isPromise(verdict))
    return Promise.resolve(verdict).then((late) => admit<T>(late, as, ctx, next, refuse))
  if (!verdict) throw refuse()
  if (as !== undefined) ctx.set(as, verdict)
  return next()
}
