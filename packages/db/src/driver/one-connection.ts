import { DbError } from '../errors.ts'
import { Lock } from '../internal/lock.ts'
import { type MaybePromise, mapMaybe } from '../internal/maybe-promise.ts'
import type { Connection, Cursor, Driver } from './driver.ts'

/** Options of `oneConnection`. */
export interface OneConnectionOptions {
  /** Whose connection it is, in messages. */
  readonly name: string
  /** Milliseconds to wait for a transaction that is open on it. */
  readonly timeout: number
  /** Whether a transaction is open on it all the time, so that streams need none of their own. */
  readonly inTransaction: boolean
}

/**
 * A driver all of whose users share one connection: statements take turns, and who comes while a transaction is open
 * waits for its end. The connection stays its owner's, who releases it.
 */
export function oneConnection(
  driver: Driver,
  connection: Connection,
  { name, timeout, inTransaction }: OneConnectionOptions,
): Driver {
  const turns = new Lock({ timeout, limit: Number.POSITIVE_INFINITY, refuse })

  function refuse(): DbError {
    return new DbError(
      'ZZZ_DB_BUSY',
      `${name}: waited ${timeout} ms for a transaction on the one connection there is; awaiting repo.outside() inside it never ends`,
    )
  }

  return {
    dialect: driver.dialect,
    start: async () => {},
    stop: async () => {},
    begin: (options) => driver.begin(options),
    state: () => ({ open: 1, idle: turns.held ? 0 : 1, waiting: turns.waiting }),
    run: (statement, parameters, began) =>
      turns.with(() => {
        began?.()
        return connection.run(statement, parameters)
      }),
    open: (intent) =>
      intent === 'stream' && inTransaction
        ? shared(connection, turns)
        : mapMaybe(turns.acquire(), () => ({ ...connection, release: () => turns.release() })),
  }
}

/** A stream takes its turn for each batch, so that what its reader writes between two of them gets one as well. */
function shared(connection: Connection, turns: Lock): Connection {
  const inTurn = <T>(task: () => MaybePromise<T>) => turns.with(task)
  return {
    run: (statement, parameters) => inTurn(() => connection.run(statement, parameters)),
    cursor: (statement, parameters) =>
      mapMaybe(
        inTurn(() => connection.cursor(statement, parameters)),
        (cursor): Cursor => ({
          next: (rows) => inTurn(() => cursor.next(rows)),
          close: () => inTurn(() => cursor.close()),
        }),
      ),
    script() {},
    release() {},
  }
}
