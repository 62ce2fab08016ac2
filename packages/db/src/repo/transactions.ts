import { AsyncLocalStorage } from 'node:async_hooks'
import type {
  BeginOptions,
  Connection,
  Driver,
  DriverResult,
  DriverStatement,
  Intent,
} from '../driver/driver.ts'
import { DbError } from '../errors.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import { amountRule, flagRule, oneOf } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { reportError } from '../internal/report.ts'
import type { Raw } from '../schema/data-type.ts'
import { openConnection } from './holding.ts'
import { type CommitHook, Scope } from './scope.ts'

/** Options of a transaction. */
export interface TransactionOptions extends BeginOptions {
  /** How often to try again after `ZZZ_DB_SERIALIZATION`. The function runs anew each time. Default 0. */
  readonly retries?: number | undefined
}

const rules: OptionRules<TransactionOptions> = {
  isolation: oneOf('read committed', 'repeatable read', 'serializable'),
  readOnly: flagRule,
  retries: amountRule,
}

/** The transactions of a repo: which one the running code is in, and what begins and ends them. */
export interface Transactions {
  /** The innermost one that the running code is in. */
  current(): Scope | undefined
  /** The driver that the running code uses. */
  driver(): Driver
  /** Runs a statement: in the transaction of the running code, else outside any. `began` hears when its turn has come. */
  execute(
    statement: DriverStatement,
    parameters: readonly Raw[],
    began?: () => void,
  ): MaybePromise<DriverResult>
  /** A connection of one's own, from the driver that the running code uses. */
  open(intent: Intent): Promise<Connection>
  /** Runs a task as if no transaction were open, on another driver than the others. */
  via<T>(driver: Driver, task: () => T): T
  /** Gives those without a driver of their own another one; undefined gives them the first again. */
  redirect(driver: Driver | undefined): void
  run<T>(task: () => T | Promise<T>, options?: TransactionOptions): Promise<T>
  /** Runs a task as if no transaction were open. */
  outside<T>(task: () => T): T
  /** Calls a hook once everything around it is committed; now where no transaction is open. */
  afterCommit(hook: CommitHook): void
}

/** Where code runs: by a driver of its own, in a transaction. */
interface Place {
  readonly via: Driver | undefined
  readonly scope: Scope | undefined
}

/** Keeps the transactions of one database, by the name of its repo. */
export function createTransactions(name: string, main: Driver): Transactions {
  const storage = new AsyncLocalStorage<Place | undefined>()
  let common = main

  const current = () => storage.getStore()?.scope
  const driverHere = () => storage.getStore()?.via ?? common

  function outside<T>(task: () => T): T {
    const via = storage.getStore()?.via
    return storage.run(via === undefined ? undefined : { via, scope: undefined }, task)
  }

  const open = (intent: Intent) => {
    const driver = driverHere()
    return outside(() => openConnection(name, driver, intent))
  }

  async function begin<T>(task: () => T | Promise<T>, options: TransactionOptions): Promise<T> {
    const driver = driverHere()
    const connection = await open(options.readOnly === true ? 'read' : 'write')
    const scope = new Scope(connection, 0)
    let state: 'clean' | 'unknown' = 'unknown'
    let value: T
    try {
      await connection.script(driver.begin(options))
      value = await inside(scope, task)
      await commit(connection)
      state = 'clean'
    } catch (error) {
      if (isBeyondRollback(error)) throw error
      state = await rollback(connection)
      throw error
    } finally {
      outside(() => connection.release(state))
    }
    await runHooks(scope.hooks)
    return value
  }

  /** Whether it succeeds or not, nothing of the task is running any more afterwards. */
  async function inside<T>(scope: Scope, task: () => T | Promise<T>): Promise<T> {
    try {
      return await storage.run({ via: storage.getStore()?.via, scope }, task)
    } finally {
      await scope.end()
    }
  }

  async function savepoint<T>(parent: Scope, task: () => T | Promise<T>): Promise<T> {
    return parent.run(async (connection) => {
      const scope = new Scope(connection, parent.depth + 1)
      const name = `zzz_${scope.depth}`
      await connection.script(`savepoint ${name}`)
      try {
        const value = await inside(scope, task)
        await connection.script(`release savepoint ${name}`)
        parent.hooks.push(...scope.hooks)
        return value
      } catch (error) {
        await connection.script(`rollback to savepoint ${name}; release savepoint ${name}`)
        throw error
      }
    })
  }

  async function runHooks(hooks: readonly CommitHook[]): Promise<void> {
    for (const hook of hooks) {
      try {
        await outside(hook)
      } catch (error) {
        // The transaction is committed, so its caller has nothing to undo.
        reportError('A hook after a commit failed', error)
      }
    }
  }

  return {
    current,
    driver: driverHere,
    open,
    execute(statement, parameters, began) {
      const place = storage.getStore()
      if (place?.scope === undefined) return (place?.via ?? common).run(statement, parameters, began)
      return place.scope.run((connection) => {
        began?.()
        return connection.run(statement, parameters)
      })
    },
    via: (driver, task) => storage.run({ via: driver, scope: undefined }, task),
    redirect(driver) {
      common = driver ?? main
    },
    outside,
    async run(task, options = {}) {
      checkOptions('transaction', options, rules)
      const parent = current()
      if (parent !== undefined) return savepoint(parent, task)
      for (let left = options.retries ?? 0; ; left--) {
        try {
          return await begin(task, options)
        } catch (error) {
          if (left <= 0 || !(error instanceof DbError) || error.code !== 'ZZZ_DB_SERIALIZATION') throw error
        }
      }
    },
    afterCommit(hook) {
      const scope = current()
      if (scope === undefined) void runHooks([hook])
      else scope.hooks.push(hook)
    },
  }
}

async function commit(connection: Connection): Promise<void> {
  try {
    await connection.script('commit')
  } catch (cause) {
    if (!isConnectionLost(cause)) throw cause
    throw new DbError(
      'ZZZ_DB_COMMIT_UNKNOWN',
      'The connection broke during a commit: whether it happened is unknown. Look before you do it again',
      { cause },
    )
  }
}

async function rollback(connection: Connection): Promise<'clean' | 'unknown'> {
  try {
    await connection.script('rollback')
    return 'clean'
  } catch {
    // The error that led here is the one to know; the connection is closed.
    return 'unknown'
  }
}

const isConnectionLost = (error: unknown) => error instanceof DbError && error.code === 'ZZZ_DB_UNAVAILABLE'
const isBeyondRollback = (error: unknown) =>
  error instanceof DbError && error.code === 'ZZZ_DB_COMMIT_UNKNOWN'
