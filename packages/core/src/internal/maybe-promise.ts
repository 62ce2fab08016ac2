/** A value now or later. What can be answered at once is answered without a turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>

/** True for anything that can be awaited. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
