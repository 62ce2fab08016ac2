import { DbError } from '../errors.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import { checkOptions } from '../internal/options.ts'
import { internalsOf } from '../repo/internals.ts'
import type { AnyRepo } from '../repo/repo.ts'
import type { Row } from '../schema/schema.ts'
import { sessionStatements } from './session-statements.ts'
import type { SessionTable } from './session-table.ts'
import type { SessionChange, StoredSession } from './stored-session.ts'
import { createSweeper } from './sweeper.ts'

/** Options of `databaseSessions`. */
export interface DatabaseSessionsOptions {
  /** The table, with its PostgreSQL schema where it has one: `auth.sessions`. Default `sessions`. */
  readonly table?: string | undefined
  /** Tells the time in milliseconds since the epoch. Default: the machine's clock. */
  readonly clock?: { now(): number } | undefined
}

/** Sessions in a table: a `SessionStore` of `@zzz/core`. Its methods reject with what the repo rejects with. */
export interface DatabaseSessions {
  /** The session of an id; undefined when there is none, or it has expired. */
  load(id: string): Promise<StoredSession | undefined>
  /** Keeps a new session until it expires. */
  create(id: string, session: StoredSession): Promise<void>
  /** Changes a session: names that are not given stay. False when there is none (any more). */
  update(id: string, change: SessionChange): Promise<boolean>
  /** Ends a session, if there is one. */
  destroy(id: string): Promise<void>
  /**
   * Removes all that have expired, and gives how many. It happens by itself every few minutes as long as sessions are
   * used; call it where rows must not stay until somebody comes.
   */
  deleteExpired(): Promise<number>
}

const optionRules = {
  table: [
    'the name of a table',
    (value: unknown) => typeof value === 'string' && /^[^.]+(?:\.[^.]+)?$/.test(value),
  ],
  clock: ['a clock', (value: unknown) => typeof (value as { now?: unknown } | null)?.now === 'function'],
} as const

/** How often a statement is tried where the database is set to an isolation in which two changes at once fail. */
const attempts = 50

/**
 * Sessions in a table of the repo's database, which the migration of `createSessionTable` makes; the repo's `schemas` need
 * not name it. Two requests at once lose nothing, and what has ended stays so. It takes no part in transactions: a session
 * is what it is whether they are committed or not. In SQLite, which has one writer, it is `ZZZ_DB_UNSUPPORTED` inside one.
 *
 * Rejects with `ZZZ_DB_SESSION_TABLE` where the table is missing. Throws `ZZZ_DB_OPTION_INVALID`.
 *
 * ```ts
 * const app = createApp({ services: [repo], use: [session({ store: databaseSessions(repo) })], routes })
 * ```
 */
export function databaseSessions(repo: AnyRepo, options: DatabaseSessionsOptions = {}): DatabaseSessions {
  const { driver, executor, transactions } = internalsOf('databaseSessions', repo)
  checkOptions('databaseSessions', options, optionRules)
  const { table = 'sessions', clock = Date } = options
  const dialect = driver.dialect.name
  const statements = sessionStatements(table, dialect)
  const sweeper = createSweeper(
    () => clock.now(),
    (limit) => alone(() => executor.count(statements.removeExpired(clock.now(), limit))),
  )

  /** Runs one statement outside of the transaction that may be open here. */
  async function alone<T>(task: () => MaybePromise<T>): Promise<T> {
    if (dialect === 'sqlite' && transactions.current() !== undefined) throw insideTransaction(repo.name)
    for (let left = attempts - 1; ; left--) {
      try {
        return await transactions.outside(task)
      } catch (error) {
        if (left === 0 || !isConflict(error)) throw explain(error, table)
      }
    }
  }

  return {
    async load(id) {
      const [row] = await alone(() => executor.all(statements.find(id, clock.now())))
      sweeper.passBy(false)
      return row === undefined ? undefined : toSession(row as Row<SessionTable>)
    },
    async create(id, session) {
      await alone(() => executor.count(statements.insert(id, session)))
      sweeper.passBy(true)
    },
    async update(id, change) {
      return (await alone(() => executor.count(statements.change(id, change, clock.now())))) > 0
    },
    async destroy(id) {
      await alone(() => executor.count(statements.remove(id)))
    },
    deleteExpired: sweeper.sweep,
  }
}

function toSession({ data, createdAt, expiresAt }: Row<SessionTable>): StoredSession {
  return { values: data, createdAt: createdAt.getTime(), expiresAt: expiresAt.getTime() }
}

const isConflict = (error: unknown) => error instanceof DbError && error.code === 'ZZZ_DB_SERIALIZATION'

/** Waiting for the one writer, which waits for this, would end with a time-out. */
function insideTransaction(repo: string): DbError {
  return new DbError(
    'ZZZ_DB_UNSUPPORTED',
    `databaseSessions: a transaction of ${repo} is open around this, and SQLite has one writer. ` +
      'Begin transactions inside of session(), in the handler or in middleware that follows it',
  )
}

/** What a database says of a table or a column that it does not have. */
function explain(error: unknown, table: string): unknown {
  if (!(error instanceof DbError) || error.code !== 'ZZZ_DB_FAILED') return error
  const { code, message = '' } = (error.cause ?? {}) as { code?: unknown; message?: string }
  const isMissing =
    code === '42P01' || code === '42703' || /^no such (?:table|column)|has no column/.test(message)
  if (!isMissing) return error
  return new DbError(
    'ZZZ_DB_SESSION_TABLE',
    `There is no table ${table} for sessions: ${message}. Write a migration with ` +
      `export const change = createSessionTable(${table === 'sessions' ? '' : `'${table}'`}), from @zzz/db/session, and apply it`,
    { cause: error },
  )
}
