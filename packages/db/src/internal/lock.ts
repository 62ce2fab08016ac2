import type { MaybePromise } from './maybe-promise.ts'

/** Options of a lock. */
export interface LockOptions {
  /** Milliseconds to wait for it; Infinity waits as long as it takes. */
  readonly timeout: number
  /** Most waiters; Infinity for any number. */
  readonly limit: number
  /** The error for who waited too long, or came when too many waited. */
  readonly refuse: (why: 'timeout' | 'limit') => Error
}

/** Lets one user in at a time, in the order in which they came. */
export class Lock {
  readonly #options: LockOptions
  #held = false
  readonly #waiting = new Set<PromiseWithResolvers<void>>()

  constructor(options: LockOptions) {
    this.#options = options
  }

  /** True while someone has it. */
  get held(): boolean {
    return this.#held
  }

  /** How many wait for it. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Takes the lock, at once where it is free. Who has it calls `release` in any case. */
  acquire(): MaybePromise<void> {
    if (this.#held) return this.#wait()
    this.#held = true
  }

  /** Gives it to the one who waited longest. */
  release(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#held = false
    else {
      this.#waiting.delete(next)
      next.resolve()
    }
  }

  /** Runs `task` while having the lock; synchronously where the lock is free and the task is. */
  with<T>(task: () => MaybePromise<T>): MaybePromise<T> {
    const acquired = this.acquire()
    return acquired instanceof Promise ? acquired.then(() => this.#run(task)) : this.#run(task)
  }

  #run<T>(task: () => MaybePromise<T>): MaybePromise<T> {
    let result: MaybePromise<T>
    try {
      result = task()
    } catch (error) {
      this.release()
      throw error
    }
    if (!(result instanceof Promise)) {
      this.release()
      return result
    }
    return result.finally(() => this.release())
  }

  async #wait(): Promise<void> {
    const { timeout, limit, refuse } = this.#options
    if (this.#waiting.size >= limit) throw refuse('limit')
    const turn = Promise.withResolvers<void>()
    this.#waiting.add(turn)
    if (timeout === Number.POSITIVE_INFINITY) return turn.promise
    const timer = setTimeout(() => {
      if (this.#waiting.delete(turn)) turn.reject(refuse('timeout'))
    }, timeout)
    return turn.promise.finally(() => clearTimeout(timer))
  }
}
