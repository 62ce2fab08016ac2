import type { Dialect } from '../compiler/dialect.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import type { Raw } from '../schema/data-type.ts'

/** What a driver needs to know about a statement besides its parameters. */
export interface DriverStatement {
  readonly text: string
  /** A name that stands for this text in the whole process; undefined for one that comes once. */
  readonly name: string | undefined
  /** Whether it may change the database. */
  readonly writes: boolean
  /** Whether it gives rows. */
  readonly returns: boolean
  /** Whether integers come as bigint. */
  readonly wide: boolean
  /** SQL of the application's own: the result names its columns, and values come in their natural types. */
  readonly raw?: boolean | undefined
}

/** What a statement did. */
export interface DriverResult {
  /** The columns of each row. */
  readonly rows: readonly (readonly Raw[])[]
  /** How many rows were inserted, updated or deleted. */
  readonly changes: number
  /** The names of the columns, for a raw statement. */
  readonly columns: readonly string[]
}

/** The rows of a statement, some at a time. */
export interface Cursor {
  /** At most so many more rows; fewer only at the end. */
  next(rows: number): MaybePromise<readonly (readonly Raw[])[]>
  close(): MaybePromise<void>
}

/** One connection for one user, for transactions and cursors. It runs one thing at a time. */
export interface Connection {
  run(statement: DriverStatement, parameters: readonly Raw[]): MaybePromise<DriverResult>
  /** Inside a transaction. */
  cursor(statement: DriverStatement, parameters: readonly Raw[]): MaybePromise<Cursor>
  /** Statements without parameters or rows: `begin`, `commit`, savepoints. */
  script(text: string): MaybePromise<void>
  /** Gives it back. A connection in an unknown state is closed. */
  release(state: 'clean' | 'unknown'): void
}

/** How strictly a transaction is kept from others; SQLite has serializable ones only. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

/** How a transaction begins. */
export interface BeginOptions {
  readonly isolation?: Isolation | undefined
  readonly readOnly?: boolean | undefined
}

/** How many connections there are, and what they do. */
export interface ConnectionState {
  /** All that are open. */
  readonly open: number
  /** Those that nobody uses. */
  readonly idle: number
  /** How many wait for one. */
  readonly waiting: number
}

/** What a connection is for. */
export type Intent = 'read' | 'write' | 'stream'

/**
 * The seam between the repo and a database. Its errors are `DbError`s: a `ConstraintError` for a constraint,
 * `ZZZ_DB_SERIALIZATION` for what may be tried again, `ZZZ_DB_FAILED` for anything else that the database says.
 */
export interface Driver {
  readonly dialect: Dialect
  /** Connects, so that a wrong address is an error now. Without it the first statement connects. */
  start(): Promise<void>
  /** Waits at most `deadline` milliseconds for what is running, and closes all connections. */
  stop(options: { readonly deadline: number }): Promise<void>
  /** The connections there are now. */
  state(): ConnectionState
  /** Runs a statement outside any transaction. `began` hears when it has a connection, once or, retried, more often. */
  run(statement: DriverStatement, parameters: readonly Raw[], began?: () => void): MaybePromise<DriverResult>
  /** A connection of one's own: for a transaction that reads or writes, or to read a stream of rows. */
  open(intent: Intent): MaybePromise<Connection>
  /** Copies the database into a file, as it is at one moment; undefined where the database has tools of its own for that. */
  readonly backup?: ((path: string) => Promise<void>) | undefined
  /** The statement that begins a transaction. */
  begin(options: BeginOptions): string
}
