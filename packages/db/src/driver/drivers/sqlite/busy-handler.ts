import { setTimeout as pause } from 'node:timers/promises'
import { DbError } from '../../../errors.ts'
import type { MaybePromise } from '../../../internal/maybe-promise.ts'
import type { Raw } from '../../../schema/data-type.ts'
import type { DriverResult, DriverStatement } from '../../driver.ts'
import type { Database } from './database.ts'
import { isBusy, toDbError } from './faults.ts'

/** Tries again while another process is in the way; SQLite's own handler would hold up the event loop meanwhile. */
export class BusyHandler {
  readonly #path: string
  readonly #timeout: number

  /** `timeout`: milliseconds to try, then it is `ZZZ_DB_BUSY`. */
  constructor(path: string, timeout: number) {
    this.#path = path
    this.#timeout = timeout
  }

  /** Runs a statement; `began` hears of it, once. */
  run(
    on: Database,
    statement: DriverStatement,
    parameters: readonly Raw[],
    began?: () => void,
  ): MaybePromise<DriverResult> {
    began?.()
    try {
      return on.run(statement, parameters)
    } catch (error) {
      return this.#again(error, on, statement, () => on.run(statement, parameters))
    }
  }

  /** Runs a task on a connection; `statement` is what it is about, for messages. */
  attempt<T>(on: Database, statement: DriverStatement | undefined, task: () => T): MaybePromise<T> {
    try {
      return task()
    } catch (error) {
      return this.#again(error, on, statement, task)
    }
  }

  /** Runs a task as often as it takes; its last error is SQLite's own. */
  async untilFree<T>(task: () => T): Promise<T> {
    const end = performance.now() + this.#timeout
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        return task()
      } catch (cause) {
        if (!isBusy(cause)) throw cause
        if (performance.now() > end) {
          const message = `${this.#path}: another process wrote for ${this.#timeout} ms`
          throw new DbError('ZZZ_DB_BUSY', message, { cause })
        }
      }
      await pause(wait)
    }
  }

  #again<T>(error: unknown, on: Database, statement: DriverStatement | undefined, task: () => T): Promise<T> {
    if (!isBusy(error)) throw toDbError(error, on, statement)
    return this.untilFree(task).catch((later: unknown) => {
      throw toDbError(later, on, statement)
    })
  }
}
