/** The longest that Node's timers wait; beyond it they would fire at once. */
const longest = 2 ** 31 - 1

/**
 * What is waited for, but for no longer than `ms` milliseconds: then it rejects with what `late` makes. Whatever comes after
 * that, a failure too, is nobody's business any more.
 */
export async function within<T>(ms: number, waited: T | PromiseLike<T>, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late()), Math.min(ms, longest))
  try {
    return await Promise.race([waited, promise])
  } finally {
    clearTimeout(timer)
  }
}
