import { mapMaybe } from '../../../internal/maybe-promise.ts'
import type { Raw } from '../../../schema/data-type.ts'
import type { Connection, Cursor, Driver, DriverResult, DriverStatement } from '../../driver.ts'
import type { BusyHandler } from './busy-handler.ts'
import type { Database } from './database.ts'

/** A database for one user, until `done` is called: what is open then is rolled back. */
export function sqliteConnection(database: Database, busy: BusyHandler, done: () => void): Connection {
  function cursor(statement: DriverStatement, parameters: readonly Raw[]): Cursor {
    const rows = database.cursor(statement, parameters)
    return {
      ...rows,
      next: (count) => busy.attempt(database, statement, () => rows.next(count) as DriverResult['rows']),
    }
  }

  return {
    run: (statement, parameters) => busy.run(database, statement, parameters),
    cursor: (statement, parameters) => busy.attempt(database, statement, () => cursor(statement, parameters)),
    script: (text) => busy.attempt(database, undefined, () => database.script(text)),
    release() {
      if (database.inTransaction) database.script('rollback')
      done()
    },
  }
}

/** The one connection of a database in memory, which also writes, for someone who reads. */
export function readingConnection(database: Database, busy: BusyHandler, done: () => void): Connection {
  database.script('pragma query_only = on')
  return sqliteConnection(database, busy, () => {
    database.script('pragma query_only = off')
    done()
  })
}

/** Streams of a database in memory: all rows are in memory anyway, and holding its only connection would lock others out. */
export function memoryStream(run: Driver['run']): Connection {
  return {
    run,
    cursor: (statement, parameters) =>
      mapMaybe(run(statement, parameters), ({ rows }): Cursor => {
        let position = 0
        return {
          next(count) {
            position += count
            return rows.slice(position - count, position)
          },
          close() {},
        }
      }),
    script() {},
    release() {},
  }
}
