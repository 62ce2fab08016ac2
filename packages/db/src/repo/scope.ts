import type { Connection } from '../driver/driver.ts'
import { DbError } from '../errors.ts'
import { Lock } from '../internal/lock.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'

/** Something to do once a transaction is committed. */
export type CommitHook = () => unknown

const unbounded = {
  timeout: Number.POSITIVE_INFINITY,
  limit: Number.POSITIVE_INFINITY,
  refuse: () => new Error('A lane has no limits'),
}

/**
 * An open transaction, or a savepoint in one. What runs inside goes through its lane, one thing at a time. A savepoint
 * holds the lane of its parent for its whole life and has one of its own, so two at once wait for each other instead of
 * mixing.
 */
export class Scope {
  readonly connection: Connection
  /** 0 for the transaction, then the depth of the savepoint. */
  readonly depth: number
  readonly hooks: CommitHook[] = []
  readonly #lane = new Lock(unbounded)
  #ended = false

  constructor(connection: Connection, depth: number) {
    this.connection = connection
    this.depth = depth
  }

  /** Runs a task in its turn. Throws `ZZZ_DB_TRANSACTION_ENDED` for what comes after the end. */
  run<T>(task: (connection: Connection) => MaybePromise<T>): MaybePromise<T> {
    this.#checkOpen()
    return this.#lane.with(() => {
      this.#checkOpen()
      return task(this.connection)
    })
  }

  /** Lets nothing more in, and waits for what is running. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#lane.acquire()
  }

  #checkOpen(): void {
    if (!this.#ended) return
    throw new DbError(
      'ZZZ_DB_TRANSACTION_ENDED',
      'This was started inside a transaction that has ended meanwhile: await it before the end, or start it by repo.outside()',
    )
  }
}
