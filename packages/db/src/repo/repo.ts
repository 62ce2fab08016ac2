import type { Changeset } from '../changeset/changeset.ts'
import type { RawStatement } from '../compiler/raw.ts'
import type { ConnectionState } from '../driver/driver.ts'
import type { Shown } from '../internal/shown.ts'
import type { Expression } from '../query/expression.ts'
import type { PreloadOf } from '../query/preload.ts'
import type { AnyQuery, Query } from '../query/query.ts'
import type { AnySchema, Insert, Key, Row, Update } from '../schema/schema.ts'
import type { Multi, MultiResult } from './multi.ts'
import type { Result, WithPreloaded } from './result.ts'
import type { CommitHook } from './scope.ts'
import type { TransactionOptions } from './transactions.ts'

/** What is found by a key or by fields: a schema, or a query that narrows it. */
export type Source<S extends AnySchema, B extends readonly unknown[], R, P> = S | Query<S, B, R, P>

/** What happens to a new row that is there already. */
export interface ConflictOptions<S extends AnySchema> {
  /** The fields of the unique index that decides. */
  readonly target: readonly (keyof Row<S> & string)[]
  /** The fields that the row that is there takes over from the new one. */
  readonly replace: readonly (keyof Row<S> & string)[]
}

/** Options of `insertAll`. */
export interface InsertAllOptions<S extends AnySchema> {
  /** What happens to rows that are there already. `'ignore'` leaves them as they are. Default: an error. */
  readonly onConflict?: 'ignore' | ConflictOptions<S> | undefined
}

/** Options of a stream. */
export interface StreamOptions {
  /** How many rows are read at a time. Default 500. */
  readonly batch?: number | undefined
}

/**
 * A database with its schemas. All that touches it is here. Writes of changesets give `{ ok: true, value }` or
 * `{ ok: false, changeset }`; their twins with `OrThrow` throw `ZZZ_DB_INVALID` (422), or `ZZZ_DB_STALE` (409) where an
 * optimistic lock refused. Inside `transaction` everything joins it by itself. A service: list it in the application's `services`, or let the first statement connect.
 */
export interface Repo<M> {
  readonly name: string
  /** Connects, so that a wrong address is an error now. */
  start(): Promise<void>
  /** Waits at most `deadline` milliseconds for what is running, and disconnects for good. */
  stop(options?: { readonly deadline: number }): Promise<void>

  /**
   * Copies the database into a file, as it is at one moment; what the file held is overwritten. Reads and writes go on
   * meanwhile; of a database in memory they wait. SQLite only: throws `ZZZ_DB_UNSUPPORTED` elsewhere, `ZZZ_DB_FAILED`
   * where the file cannot be written.
   */
  backup(path: string): Promise<void>

  /** The connections there are now, for metrics. */
  connections(): ConnectionState

  /** All rows of a query. */
  all<S extends AnySchema, B extends readonly unknown[], R, P>(
    query: Query<S, B, R, P>,
  ): Promise<WithPreloaded<M, S, R, P>[]>
  /** The one row of a query, or undefined. Throws `ZZZ_DB_MANY_ROWS` when there are more. */
  one<S extends AnySchema, B extends readonly unknown[], R, P>(
    query: Query<S, B, R, P>,
  ): Promise<WithPreloaded<M, S, R, P> | undefined>
  /** The one row of a query. Throws `ZZZ_DB_NOT_FOUND` (404) or `ZZZ_DB_MANY_ROWS`. */
  oneOrThrow<S extends AnySchema, B extends readonly unknown[], R, P>(
    query: Query<S, B, R, P>,
  ): Promise<WithPreloaded<M, S, R, P>>
  /** The row with a primary key, or undefined; also for a key that no row can have: NaN, a text that is no UUID. */
  get<S extends AnySchema, B extends readonly unknown[], R = Row<S>, P = unknown>(
    source: Source<S, B, R, P>,
    key: Key<S>,
  ): Promise<WithPreloaded<M, S, R, P> | undefined>
  /** The row with a primary key. Throws `ZZZ_DB_NOT_FOUND` (404). */
  getOrThrow<S extends AnySchema, B extends readonly unknown[], R = Row<S>, P = unknown>(
    source: Source<S, B, R, P>,
    key: Key<S>,
  ): Promise<WithPreloaded<M, S, R, P>>
  /** The one row whose fields have these values (a null finds NULL), or undefined. */
  getBy<S extends AnySchema, B extends readonly unknown[], R = Row<S>, P = unknown>(
    source: Source<S, B, R, P>,
    fields: Update<S>,
  ): Promise<WithPreloaded<M, S, R, P> | undefined>
  /** Whether a query has a row. */
  exists(query: AnyQuery): Promise<boolean>
  /** How many rows a query has, its limit included; of a grouped one, how many groups. */
  count(query: AnyQuery): Promise<number>
  /**
   * An aggregate over the rows of a query.
   *
   * ```ts
   * await repo.aggregate(from(User), (u) => max(u.age))
   * ```
   */
  aggregate<S extends AnySchema, B extends readonly unknown[], T>(
    query: Query<S, B, unknown, unknown>,
    callback: (...columns: B) => Expression<T>,
  ): Promise<T>
  /** The rows of a query, read a batch at a time: as many as there are need no more memory than one batch. */
  stream<S extends AnySchema, B extends readonly unknown[], R, P>(
    query: Query<S, B, R, P>,
    options?: StreamOptions,
  ): AsyncGenerator<WithPreloaded<M, S, R, P>, void, void>

  /**
   * Inserts a row, with the associated rows of its changeset, which the row then has. Throws `ZZZ_DB_CONSTRAINT` for a constraint that the
   * changeset does not name.
   */
  insert<S extends AnySchema, N>(changeset: Changeset<S, N>): Promise<Result<S, Row<S> & N>>
  insert<S extends AnySchema>(schema: S, values: Insert<S>): Promise<Result<S>>
  /** Inserts a row, or throws. */
  insertOrThrow<S extends AnySchema, N>(changeset: Changeset<S, N>): Promise<Row<S> & N>
  insertOrThrow<S extends AnySchema>(schema: S, values: Insert<S>): Promise<Row<S>>
  /** Inserts a row, or changes the one that is there already; gives the row as it is then. */
  upsert<S extends AnySchema>(changeset: Changeset<S>, conflict: ConflictOptions<S>): Promise<Result<S>>
  /**
   * Updates a row by its primary key; gives the row as it is then. Without changes nothing is written. Throws `ZZZ_DB_STALE`
   * for a row that is not there any more, where the changeset has no `optimisticLock`.
   */
  update<S extends AnySchema, N>(changeset: Changeset<S, N>): Promise<Result<S, Row<S> & N>>
  /** Updates a row, or throws. */
  updateOrThrow<S extends AnySchema, N>(changeset: Changeset<S, N>): Promise<Row<S> & N>
  /** Deletes a row by its primary key; gives the row that was. Throws `ZZZ_DB_STALE` as `update` does. */
  delete<S extends AnySchema>(changeset: Changeset<S>): Promise<Result<S>>
  delete<S extends AnySchema>(schema: S, row: Row<S>): Promise<Result<S>>
  /** Deletes a row, or throws. */
  deleteOrThrow<S extends AnySchema>(changeset: Changeset<S>): Promise<Row<S>>
  deleteOrThrow<S extends AnySchema>(schema: S, row: Row<S>): Promise<Row<S>>
  /** Inserts many rows, all or none, in as few statements as the database takes; gives how many were inserted. */
  insertAll<S extends AnySchema>(
    schema: S,
    rows: readonly Insert<S>[],
    options?: InsertAllOptions<S>,
  ): Promise<number>
  /**
   * Updates all rows of a query to values or expressions; gives how many. Fields with `onUpdate` are left alone.
   *
   * ```ts
   * await repo.updateAll(from(Post).where((p) => p.id.eq(1)), (p) => ({ likes: sql`${p.likes} + 1` }))
   * ```
   */
  updateAll<S extends AnySchema, B extends readonly unknown[]>(
    query: Query<S, B, unknown, unknown>,
    changes: SetOf<S> | ((...columns: B) => SetOf<S>),
  ): Promise<number>
  /** Deletes all rows of a query; gives how many. */
  deleteAll(query: AnyQuery): Promise<number>

  /** The row as it is now. Throws `ZZZ_DB_NOT_FOUND`. */
  reload<S extends AnySchema>(schema: S, row: Row<S>): Promise<Row<S>>
  /** Loads associations into rows that are there already; gives the same rows. */
  preload<S extends AnySchema, T extends Row<S>, const P extends PreloadOf<S>>(
    schema: S,
    rows: readonly T[],
    tree: P,
  ): Promise<WithPreloaded<M, S, T, P>[]>

  /**
   * Runs a function in a transaction: it is committed when the function returns and rolled back when it throws. Inside
   * another one it is a savepoint. Everything that the function awaits joins it.
   */
  transaction<T>(task: () => T | Promise<T>, options?: TransactionOptions): Promise<T>
  /** Runs the steps of a `Multi` in a transaction: all succeed, or none has happened. */
  runMulti<T>(steps: Multi<T>): Promise<MultiResult<T>>
  /** Whether the running code is in a transaction. */
  inTransaction(): boolean
  /** Runs a function as if no transaction were open. */
  outside<T>(task: () => T): T
  /** Calls a hook when the transaction around it is committed; now where there is none. */
  afterCommit(hook: CommitHook): void

  /** The rows of SQL of your own, as objects by the names of the columns, values in their natural types. */
  rawAll<T = Readonly<Record<string, unknown>>>(statement: RawStatement): Promise<T[]>
  /** The first row of SQL of your own, or undefined. */
  rawOne<T = Readonly<Record<string, unknown>>>(statement: RawStatement): Promise<T | undefined>
  /** Runs SQL of your own; gives how many rows it changed. */
  rawExec(statement: RawStatement): Promise<number>
  /** How the database would run a query, in its own words. */
  explain(query: AnyQuery): Promise<string>
  /** The SQL of a query and its parameters. */
  toSql(query: AnyQuery): { readonly text: string; readonly parameters: readonly unknown[] }
}

/** Any repo, whatever its schemas. */
export type AnyRepo = Pick<Repo<never>, 'name'>

/** New values of an update: values, or expressions of the row's columns. */
export type SetOf<S extends AnySchema> = Shown<{
  readonly [K in keyof Row<S>]?: Row<S>[K] | Expression<unknown> | undefined
}>
