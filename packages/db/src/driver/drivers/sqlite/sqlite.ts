import { setTimeout as pause } from 'node:timers/promises'
import { sqliteDialect } from '../../../compiler/dialects/sqlite.ts'
import { DbError } from '../../../errors.ts'
import { Lock } from '../../../internal/lock.ts'
import { type MaybePromise, mapMaybe } from '../../../internal/maybe-promise.ts'
import type { Raw } from '../../../schema/data-type.ts'
import type {
  BeginOptions,
  Connection,
  ConnectionState,
  Cursor,
  Driver,
  DriverResult,
  DriverStatement,
} from '../../driver.ts'
import { Database } from './database.ts'
import { isBusy, toDbError } from './faults.ts'

/** Options of the SQLite driver. */
export interface SqliteOptions {
  /** A file, or `:memory:`. */
  readonly path: string
  /** Milliseconds to wait for other processes, and in the queue of those who write. Default 5,000. */
  readonly timeout?: number | undefined
  /** Most who wait to write. Default 1,000. */
  readonly queue?: number | undefined
  /** Most connections that transactions and streams read by at once. Default 4. */
  readonly readers?: number | undefined
  /**
   * `normal` keeps commits when the process dies; `full` waits for the disk, so they survive a power cut too; `off` never
   * waits, for databases that are thrown away.
   */
  readonly synchronous?: 'off' | 'normal' | 'full' | undefined
}

/**
 * SQLite in this process. One connection writes, for one user at a time in the order in which they came; reads go
 * beside it by connections of their own (WAL), so nothing ever enters a transaction that someone else has open. A
 * database in memory is one connection, and everyone waits for an open transaction.
 */
export function sqliteDriver(options: SqliteOptions): Driver {
  const { path, timeout = 5000, queue = 1000, readers = 4, synchronous = 'normal' } = options
  const inMemory = path === ':memory:'
  let opening: Promise<void> | undefined
  let writer: Database | undefined
  let reader: Database | undefined
  let stopped = false
  const idle: Database[] = []
  const writing = new Lock({ timeout, limit: queue, refuse: (why) => refused(why, 'to write') })
  const reading = Array.from(
    { length: readers },
    () => new Lock({ timeout, limit: queue, refuse: (why) => refused(why, 'for a connection to read by') }),
  )

  function refused(why: 'timeout' | 'limit', what: string): DbError {
    return why === 'limit'
      ? new DbError('ZZZ_DB_QUEUE_FULL', `${path}: ${queue} are waiting ${what} already`)
      : new DbError(
          'ZZZ_DB_BUSY',
          `${path}: waited ${timeout} ms ${what}; a transaction is open for too long`,
        )
  }

  const database = (readOnly: boolean) => new Database({ path, readOnly, statements: 500, synchronous })

  async function open(): Promise<void> {
    try {
      writer = await untilFree(() => database(false))
      reader = inMemory ? writer : database(true)
    } catch (cause) {
      opening = undefined
      if (cause instanceof DbError) throw cause
      throw new DbError(
        'ZZZ_DB_UNAVAILABLE',
        `Cannot open the SQLite database ${path}: ${(cause as Error).message}`,
        {
          cause,
        },
      )
    }
  }

  /** Tries again, without holding up anything else, as long as another process is in the way. */
  async function untilFree<T>(task: () => T): Promise<T> {
    const end = performance.now() + timeout
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        return task()
      } catch (error) {
        if (!isBusy(error)) throw error
        if (performance.now() > end) {
          throw new DbError('ZZZ_DB_BUSY', `${path}: another process wrote for ${timeout} ms`, {
            cause: error,
          })
        }
      }
      await pause(wait)
    }
  }

  /** Runs a task that failed once more, and as often as it takes, when another process was in its way. */
  function again<T>(
    error: unknown,
    on: Database,
    statement: DriverStatement | undefined,
    task: () => T,
  ): Promise<T> {
    if (!isBusy(error)) throw toDbError(error, on, statement)
    return untilFree(task).catch((later: unknown) => {
      throw toDbError(later, on, statement)
    })
  }

  function attempt<T>(on: Database, statement: DriverStatement | undefined, task: () => T): MaybePromise<T> {
    try {
      return task()
    } catch (error) {
      return again(error, on, statement, task)
    }
  }

  function ready(): MaybePromise<void> {
    if (writer !== undefined) return
    if (stopped) throw new DbError('ZZZ_DB_STOPPED', `${path}: the database was stopped`)
    opening ??= open()
    return opening
  }

  function run(
    statement: DriverStatement,
    parameters: readonly Raw[],
    began?: () => void,
  ): MaybePromise<DriverResult> {
    if (reader === undefined || writer === undefined) {
      return mapMaybe(ready(), () => run(statement, parameters, began))
    }
    const on = statement.writes ? writer : reader
    if (on !== writer) return runOn(on, statement, parameters, began)
    // What is done at once needs no lock, since nothing can come in between.
    if (writing.held) return writing.with(() => runOn(on, statement, parameters, began))
    began?.()
    try {
      return on.run(statement, parameters)
    } catch (error) {
      if (!isBusy(error)) throw toDbError(error, on, statement)
      return writing.with(() => runOn(on, statement, parameters))
    }
  }

  function runOn(
    on: Database,
    statement: DriverStatement,
    parameters: readonly Raw[],
    began?: () => void,
  ): MaybePromise<DriverResult> {
    began?.()
    try {
      return on.run(statement, parameters)
    } catch (error) {
      return again(error, on, statement, () => on.run(statement, parameters))
    }
  }

  function connection(on: Database, done: () => void): Connection {
    return {
      run: (statement, parameters) => runOn(on, statement, parameters),
      cursor: (statement, parameters) => attempt(on, statement, () => guarded(on, statement, parameters)),
      script: (text) => attempt(on, undefined, () => on.script(text)),
      release() {
        if (on.inTransaction) on.script('rollback')
        done()
      },
    }
  }

  /** The one connection of a database in memory, which also writes, for someone who reads. */
  function onlyReading(on: Database): Connection {
    on.script('pragma query_only = on')
    return connection(on, () => {
      on.script('pragma query_only = off')
      writing.release()
    })
  }

  function guarded(on: Database, statement: DriverStatement, parameters: readonly Raw[]): Cursor {
    const cursor = on.cursor(statement, parameters)
    return {
      ...cursor,
      next: (rows) => attempt(on, statement, () => cursor.next(rows) as DriverResult['rows']),
    }
  }

  function state(): ConnectionState {
    if (writer === undefined) return { open: 0, idle: 0, waiting: writing.waiting }
    const locks = inMemory ? [writing] : [writing, ...reading]
    const used = locks.filter(({ held }) => held).length
    // The writer and the reader of single statements stay open; the latter is never held.
    const unused = idle.length + (writing.held ? 0 : 1) + (inMemory ? 0 : 1)
    return {
      open: used + unused,
      idle: unused,
      waiting: locks.reduce((sum, { waiting }) => sum + waiting, 0),
    }
  }

  async function backUp(target: string): Promise<void> {
    await ready()
    if (inMemory) return writing.with(() => (writer as Database).backup(target))
    const own = database(true)
    try {
      // What is written meanwhile is not seen, so it cannot make the copy begin anew.
      own.script('begin; select 1 from sqlite_schema')
      await own.backup(target)
    } finally {
      own.close()
    }
  }

  async function backup(target: string): Promise<void> {
    try {
      await backUp(target)
    } catch (cause) {
      if (cause instanceof DbError) throw cause
      const { message } = cause as Error
      throw new DbError('ZZZ_DB_FAILED', `${path}: the backup to ${target} failed: ${message}`, { cause })
    }
  }

  return {
    dialect: sqliteDialect,
    backup,
    state,
    start: async () => ready(),
    async stop({ deadline }) {
      stopped = true
      await opening?.catch(() => {})
      const end = performance.now() + deadline
      while ((writing.held || reading.some(({ held }) => held)) && performance.now() < end) await pause(5)
      for (const each of [reader, writer, ...idle]) each?.close()
      reader = undefined
      writer = undefined
    },
    run,
    open(intent) {
      if (inMemory && intent === 'stream') return atOnce(run)
      if (intent === 'write') {
        return mapMaybe(ready(), () =>
          mapMaybe(writing.acquire(), () => connection(writer as Database, () => writing.release())),
        )
      }
      if (inMemory)
        return mapMaybe(ready(), () => mapMaybe(writing.acquire(), () => onlyReading(writer as Database)))
      // The one that fewest wait for.
      const slot = reading.reduce((best, next) => (load(next) < load(best) ? next : best))
      return mapMaybe(ready(), () =>
        mapMaybe(slot.acquire(), () => {
          const own = idle.pop() ?? database(true)
          return connection(own, () => {
            idle.push(own)
            slot.release()
          })
        }),
      )
    },
    // Deferred, a transaction that has read could not write any more after another one wrote.
    begin: ({ readOnly }: BeginOptions) => (readOnly === true ? 'begin' : 'begin immediate'),
  }
}

/** Streams of a database in memory: all rows are in memory anyway, and holding its only connection would lock others out. */
function atOnce(run: Driver['run']): Connection {
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

function load({ held, waiting }: Lock): number {
  return held ? waiting + 1 : 0
}
