/** A value now or later. What can be answered at once is answered without a turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>

/** Applies `map` to a value now or later; what is here now stays synchronous. */
export function mapMaybe<T, U>(value: MaybePromise<T>, map: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(map) : map(value)
}
