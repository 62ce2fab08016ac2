import { type AnyStatement, bind, CompileCache, type Compiled } from '../compiler/compile.ts'
import type { Driver, DriverResult, DriverStatement } from '../driver/driver.ts'
import { type MaybePromise, mapMaybe } from '../internal/maybe-promise.ts'
import type { Raw } from '../schema/data-type.ts'
import { QueryEvent, queryChannel } from './query-event.ts'
import type { Transactions } from './transactions.ts'

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

const asItIs = (result: DriverResult) => result
const changesOf = ({ changes }: DriverResult) => changes

/** The executor of one database, by the name of its repo. */
export function createExecutor(name: string, driver: Driver, transactions: Transactions): Executor {
  const cache = new CompileCache(driver.dialect)

  function run<T>(
    statement: DriverStatement,
    parameters: readonly Raw[],
    decode: (result: DriverResult) => T,
  ): MaybePromise<T> {
    if (queryChannel.hasSubscribers) return traced(statement, parameters, decode)
    return mapMaybe(transactions.execute(statement, parameters), decode)
  }

  function traced<T>(
    statement: DriverStatement,
    parameters: readonly Raw[],
    decode: (result: DriverResult) => T,
  ): Promise<T> {
    const event = new QueryEvent({
      database: name,
      dialect: driver.dialect.name,
      text: statement.text,
      parameters: parameters.length,
      inTransaction: transactions.current() !== undefined,
    })
    return queryChannel.tracePromise(async () => {
      try {
        const result = await transactions.execute(statement, parameters, () => event.began())
        event.answered(statement.returns ? result.rows.length : result.changes)
        return decode(result)
      } finally {
        event.ended()
      }
    }, event)
  }

  return {
    driver,
    compiled: (statement) => cache.get(statement),
    all(statement) {
      const compiled = cache.get(statement)
      const parameters = bind(compiled, statement.shape)
      const decode = ({ rows }: DriverResult) => rows.map(compiled.map)
      if (queryChannel.hasSubscribers) return traced(compiled, parameters, decode)
      const result = transactions.execute(compiled, parameters)
      return result instanceof Promise ? result.then(decode) : result.rows.map(compiled.map)
    },
    count(statement) {
      const compiled = cache.get(statement)
      return run(compiled, bind(compiled, statement.shape), changesOf)
    },
    run: (statement, parameters) => run(statement, parameters, asItIs),
  }
}
