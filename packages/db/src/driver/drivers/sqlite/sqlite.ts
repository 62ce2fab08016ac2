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
  Driver,
  DriverResult,
  DriverStatement,
  Intent,
} from '../../driver.ts'
import { BusyHandler } from './busy-handler.ts'
import { Database } from './database.ts'
import { isBusy, toDbError } from './faults.ts'
import { memoryStream, readingConnection, sqliteConnection } from './sqlite-connection.ts'

/** How SQLite is used. */
export interface SqliteSettings {
  /** Milliseconds to wait for other processes, and in the queue of those who write. Default 5,000. */
  readonly timeout?: number | undefined
  /** Most who wait to write. Default 1,000. */
  readonly queue?: number | undefined
  /** Most connections that read-only transactions and streams have at once. Default 4. */
  readonly readers?: number | undefined
  /**
   * `normal`: a commit survives the end of the process, though not surely a power cut. `full` waits for the disk each
   * time. Default `normal`.
   */
  readonly synchronous?: 'normal' | 'full' | undefined
}

/** Options of the SQLite driver. */
export interface SqliteOptions extends Omit<SqliteSettings, 'synchronous'> {
  /** A file, or `:memory:`. */
  readonly path: string
  /** As in the settings; `off` never waits, for databases that are thrown away. */
  readonly synchronous?: SqliteSettings['synchronous'] | 'off'
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

  const busy = new BusyHandler(path, timeout)
  const database = (readOnly: boolean) => new Database({ path, readOnly, statements: 500, synchronous })

  async function open(): Promise<void> {
    try {
      writer = await busy.untilFree(() => database(false))
      reader = inMemory ? writer : database(true)
    } catch (cause) {
      opening = undefined
      throw unavailable(cause)
    }
  }

  function unavailable(cause: unknown): DbError {
    if (cause instanceof DbError) return cause
    const { message } = cause as Error
    return new DbError('ZZZ_DB_UNAVAILABLE', `Cannot open the SQLite database ${path}: ${message}`, { cause })
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
    if (on !== writer) return busy.run(on, statement, parameters, began)
    // What is done at once needs no lock, since nothing can come in between.
    if (writing.held) return writing.with(() => busy.run(on, statement, parameters, began))
    began?.()
    try {
      return on.run(statement, parameters)
    } catch (error) {
      if (!isBusy(error)) throw toDbError(error, on, statement)
      return writing.with(() => busy.run(on, statement, parameters))
    }
  }

  function openWriter(intent: Intent): MaybePromise<Connection> {
    const open = intent === 'write' ? sqliteConnection : readingConnection
    return mapMaybe(writing.acquire(), () => open(writer as Database, busy, () => writing.release()))
  }

  function openReader(): MaybePromise<Connection> {
    // The one that fewest wait for.
    const slot = reading.reduce((best, next) => (load(next) < load(best) ? next : best))
    return mapMaybe(slot.acquire(), () => {
      try {
        const own = idle.pop() ?? database(true)
        return sqliteConnection(own, busy, () => {
          idle.push(own)
          slot.release()
        })
      } catch (error) {
        slot.release()
        throw unavailable(error)
      }
    })
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
      if (inMemory && intent === 'stream') return memoryStream(run)
      return mapMaybe(ready(), () => (inMemory || intent === 'write' ? openWriter(intent) : openReader()))
    },
    // Deferred, a transaction that has read could not write any more after another one wrote.
    begin: ({ readOnly }: BeginOptions) => (readOnly === true ? 'begin' : 'begin immediate'),
  }
}

function load({ held, waiting }: Lock): number {
  return held ? waiting + 1 : 0
}
