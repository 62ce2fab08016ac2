/**
 * Every error code of `@zzz/db` with the HTTP status it answers with when it reaches a client. A code is never reused for
 * another meaning. `docs/database/errors.md` explains each one; a test keeps both equal.
 */
const catalogue = {
  ZZZ_DB_OPTION_INVALID: 500,
  ZZZ_DB_SCHEMA: 500,
  ZZZ_DB_VALUE: 500,
  ZZZ_DB_QUERY: 500,
  ZZZ_DB_NULL: 500,
  ZZZ_DB_UNSUPPORTED: 500,
  ZZZ_DB_URL: 500,
  ZZZ_DB_PEER_MISSING: 500,
  ZZZ_DB_FAILED: 500,
  ZZZ_DB_CONSTRAINT: 500,
  ZZZ_DB_BUSY: 503,
  ZZZ_DB_QUEUE_FULL: 503,
  ZZZ_DB_UNAVAILABLE: 503,
  ZZZ_DB_STOPPED: 500,
  ZZZ_DB_SERIALIZATION: 503,
  ZZZ_DB_COMMIT_UNKNOWN: 500,
  ZZZ_DB_TRANSACTION_ENDED: 500,
  ZZZ_DB_NOT_FOUND: 404,
  ZZZ_DB_MANY_ROWS: 500,
  ZZZ_DB_INVALID: 422,
  ZZZ_DB_STALE: 409,
  ZZZ_DB_ASSOCIATION: 500,
  ZZZ_DB_MIGRATION: 500,
  ZZZ_DB_MIGRATION_IRREVERSIBLE: 500,
  ZZZ_DB_MIGRATION_CHANGED: 500,
  ZZZ_DB_MIGRATION_FAILED: 500,
  ZZZ_DB_MIGRATION_LOCKED: 503,
  ZZZ_DB_MIGRATION_PENDING: 503,
  ZZZ_DB_STRUCTURE: 500,
  ZZZ_DB_SESSION_TABLE: 500,
  ZZZ_DB_SANDBOX: 500,
  ZZZ_DB_SEED: 500,
} as const

/** A stable error code; see `docs/database/errors.md`. */
export type DbErrorCode = keyof typeof catalogue

/** All error codes with their HTTP status. */
export const dbErrorCodes: Readonly<Record<DbErrorCode, number>> = catalogue

/**
 * Every error that `@zzz/db` throws on purpose. `code` is stable, `status` is what an HTTP client sees when the error
 * reaches an application, the message says what happened, where, and what to do.
 */
export class DbError extends Error {
  override readonly name: string = 'DbError'
  readonly code: DbErrorCode
  readonly status: number

  constructor(code: DbErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.status = catalogue[code]
    // With its code, an error in a log leads to the page that explains it.
    if (this.stack !== undefined) this.stack = this.stack.replace(/^[^:\n]*/, `${new.target.name} [${code}]`)
  }
}

/** Which kind of constraint refused a write. */
export type ConstraintKind = 'unique' | 'foreignKey' | 'check' | 'notNull' | 'exclusion'

/** What a database tells about a constraint that refused a write. */
export interface ConstraintFacts {
  readonly kind: ConstraintKind
  /** The constraint's name, or its index's. SQLite has none for foreign keys and NOT NULL. */
  readonly constraint: string | undefined
  readonly table: string | undefined
  /** The columns that it is about, where the database says so. */
  readonly columns: readonly string[]
}

/** A write that a constraint refused. Changesets turn the ones they name into errors of fields. */
export class ConstraintError extends DbError {
  override readonly name: string = 'ConstraintError'
  readonly facts: ConstraintFacts

  constructor(facts: ConstraintFacts, message: string, options?: { cause?: unknown }) {
    super('ZZZ_DB_CONSTRAINT', message, options)
    this.facts = facts
  }
}
