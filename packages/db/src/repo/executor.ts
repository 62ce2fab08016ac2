import { tracingChannel } from 'node:diagnostics_channel'
import { type AnyStatement, bind, CompileCache, type Compiled } from '../compiler/compile.ts'
import type { Driver, DriverResult, DriverStatement } from '../driver/driver.ts'
import { type MaybePromise, mapMaybe } from '../internal/maybe-promise.ts'
import type { Raw } from '../schema/data-type.ts'
import type { Transactions } from './transactions.ts'

/** What subscribers of the tracing channel `zzz:query` get: one object for a statement, from its start to its end. */
export interface QueryEvent {
  readonly text: string
  /** How many parameters it has; their values may be secrets. */
  readonly parameters: number
  readonly database: 'sqlite' | 'postgres'
  readonly inTransaction: boolean
  /** How many rows came back, at the end. */
  rows?: number
}

const events = tracingChannel<QueryEvent>('zzz:query')

/** Runs statements: in the open transaction of whoever asks, else on any connection. */
export interface Executor {
  /** The driver of the repo, for what depends on the kind of the database alone. */
  readonly driver: Driver
  /** The compiled form of a statement. */
  compiled(statement: AnyStatement): Compiled
  /** All results of a statement. */
  all(statement: AnyStatement): MaybePromise<unknown[]>
  /** How many rows a statement changed. */
  count(statement: AnyStatement): MaybePromise<number>
  run(statement: DriverStatement, parameters: readonly Raw[]): MaybePromise<DriverResult>
}

/** The executor of one database. */
export function createExecutor(driver: Driver, transactions: Transactions): Executor {
  const cache = new CompileCache(driver.dialect)

  function run(statement: DriverStatement, parameters: readonly Raw[]): MaybePromise<DriverResult> {
    return events.hasSubscribers ? traced(statement, parameters) : transactions.execute(statement, parameters)
  }

  function traced(statement: DriverStatement, parameters: readonly Raw[]): Promise<DriverResult> {
    const event: QueryEvent = {
      text: statement.text,
      parameters: parameters.length,
      database: driver.dialect.name,
      inTransaction: transactions.current() !== undefined,
    }
    return events.tracePromise(async () => {
      const result = await transactions.execute(statement, parameters)
      event.rows = result.rows.length
      return result
    }, event)
  }

  return {
    driver,
    compiled: (statement) => cache.get(statement),
    all(statement) {
      const compiled = cache.get(statement)
      const result = run(compiled, bind(compiled, statement.shape))
      return result instanceof Promise
        ? result.then(({ rows }) => rows.map(compiled.map))
        : result.rows.map(compiled.map)
    },
    count(statement) {
      const compiled = cache.get(statement)
      return mapMaybe(run(compiled, bind(compiled, statement.shape)), ({ changes }) => changes)
    },
    run,
  }
}
