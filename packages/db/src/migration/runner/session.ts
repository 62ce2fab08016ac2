import { setTimeout as pause } from 'node:timers/promises'
import { oneConnection } from '../../driver/one-connection.ts'
import { DbError } from '../../errors.ts'
import { internalsOf } from '../../repo/internals.ts'
import type { AnyRepo, Repo } from '../../repo/repo.ts'
import type { MigrationDatabase } from '../migration-database.ts'

/** How long a runner waits for others, in milliseconds. */
export interface Timeouts {
  /** For another runner. Default 60,000. */
  readonly lockTimeout?: number | undefined
  /** For a table, in PostgreSQL. Default: as long as it takes. */
  readonly tableLockTimeout?: number | undefined
}

/** Any number that no one else locks by. */
const lockKey = '5790254137886201'

/** How a repo looks to operations. */
export function databaseOf(where: string, anyRepo: AnyRepo): MigrationDatabase {
  const { driver, executor } = internalsOf(where, anyRepo)
  const repo = anyRepo as Repo<Record<never, never>>
  return {
    dialect: driver.dialect,
    repo,
    async exec(text) {
      await executor.run({ text, name: undefined, writes: true, returns: false, wide: true, raw: true }, [])
    },
    rows: (text) => repo.rawAll({ sql: text, parameters: [] }),
  }
}

/**
 * Runs a task alone: one connection, on which everything inside runs, and no other runner of migrations beside it. In
 * PostgreSQL that is an advisory lock of the connection, which goes with it when the process dies. In SQLite it is each
 * migration's own transaction, which is the only one that writes; so a migration looks whether it was applied meanwhile.
 */
export async function inSession<T>(
  where: string,
  anyRepo: AnyRepo,
  { lockTimeout = 60_000, tableLockTimeout }: Timeouts,
  task: (database: MigrationDatabase, session: Session) => Promise<T>,
): Promise<T> {
  const { driver, transactions } = internalsOf(where, anyRepo)
  const database = databaseOf(where, anyRepo)
  if (transactions.current() !== undefined) {
    throw new DbError(
      'ZZZ_DB_MIGRATION',
      `${where}: migrations make their own transactions; call it outside of one`,
    )
  }
  const session = new Session(performance.now() + lockTimeout, lockTimeout)
  const connection = await session.whileBusy(async () => driver.open('write'))
  const alone = oneConnection(driver, connection, {
    name: 'A migration',
    timeout: 60_000,
    inTransaction: false,
  })
  let state: 'clean' | 'unknown' = 'unknown'
  try {
    const result = await transactions.via(alone, async () => {
      if (driver.dialect.name === 'sqlite') return task(database, session)
      await session.lock(database)
      if (tableLockTimeout !== undefined)
        await database.exec(`set lock_timeout = ${Math.ceil(tableLockTimeout)}`)
      const value = await task(database, session)
      await database.exec('reset lock_timeout')
      await database.rows(`select pg_advisory_unlock(${lockKey})`)
      return value
    })
    state = 'clean'
    return result
  } finally {
    // After an error the connection is closed, and the lock with it.
    connection.release(state)
  }
}

/** Waiting for other runners, up to a time. */
export class Session {
  readonly #end: number
  readonly #timeout: number

  constructor(end: number, timeout: number) {
    this.#end = end
    this.#timeout = timeout
  }

  /** Tries again while another process or another part of this one writes. */
  async whileBusy<T>(task: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await task()
      } catch (error) {
        if (!(error instanceof DbError) || error.code !== 'ZZZ_DB_BUSY') throw error
        if (performance.now() > this.#end) throw this.#tooLate(error.message, error)
      }
    }
  }

  /** A transaction that waits for its turn; the task itself runs once. */
  transaction<T>({ repo }: MigrationDatabase, task: () => Promise<T>): Promise<T> {
    let begun = false
    return this.whileBusy(() =>
      repo
        .transaction(async () => {
          begun = true
          return await task()
        })
        .catch((error: unknown) => {
          if (begun && error instanceof DbError && error.code === 'ZZZ_DB_BUSY') {
            throw new DbError('ZZZ_DB_MIGRATION_FAILED', error.message, { cause: error })
          }
          throw error
        }),
    )
  }

  /** Takes the advisory lock, by trying: a connection that waits inside the server could not be given up. */
  async lock({ rows }: MigrationDatabase): Promise<void> {
    for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
      const [row] = await rows(`select pg_try_advisory_lock(${lockKey}) as "locked"`)
      if (row?.locked === true || row?.locked === 't') return
      if (performance.now() > this.#end) throw this.#tooLate(await holder(rows))
      await pause(wait)
    }
  }

  #tooLate(reason: string, cause?: unknown): DbError {
    return new DbError(
      'ZZZ_DB_MIGRATION_LOCKED',
      `Another runner of migrations, or a long transaction, was in the way for ${this.#timeout} ms: ${reason}`,
      { cause },
    )
  }
}

async function holder(rows: MigrationDatabase['rows']): Promise<string> {
  const [row] = await rows(
    `select a.pid, a.client_addr, a.query from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32) + l.objid::bigint = ${lockKey}`,
  )
  return row === undefined
    ? 'it has just ended'
    : `process ${row.pid} of the server, which runs: ${row.query}`
}
