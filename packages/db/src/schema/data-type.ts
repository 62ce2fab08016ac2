import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'

/** What goes to a driver and comes from it. PostgreSQL gives every value as text; SQLite has numbers and bytes. */
export type Raw = null | number | bigint | string | Uint8Array

/** How one database keeps the values of a type. */
export interface Codec<T> {
  /** The type of a column in DDL. */
  readonly column: string
  /** Makes what the driver sends. Throws `ZZZ_DB_VALUE` for what the type cannot hold. */
  readonly dump: (value: T) => Raw
  /** Makes the value from what the driver gave, never null. Absent where that is the value already. */
  readonly load?: ((raw: NonNullable<Raw>) => T) | undefined
  /** What the database can compare in this form. Default: equality and size. */
  readonly compares?: 'equality' | 'nothing' | undefined
  /** SQLite: the integers of this type may be wider than a JavaScript number is exact. */
  readonly wide?: boolean | undefined
}

/** A JSON Schema (2020-12) as an object. */
export type JsonSchema = Record<string, unknown>

/**
 * A type of values: what TypeScript sees as `T`, and how each database keeps it. What was dumped loads as an equal value,
 * on both databases.
 */
export interface DataType<T> {
  /** In messages: `text`, `decimal(10, 2)`. Types with the same name have the same codecs. */
  readonly name: string
  readonly postgres: Codec<T>
  /** Absent for a type that SQLite does not have. */
  readonly sqlite: Codec<T> | undefined
  /** Its values as JSON has them, in JSON Schema. Default: anything. */
  readonly json?: JsonSchema | undefined
  /** Makes a value from what a form or JSON says, `"5"` for 5; what it cannot make stays as it is and is refused. */
  readonly parse?: ((input: unknown) => unknown) | undefined
}

/** The error for a value that a type cannot hold. It does not show texts: one may be a password. */
export function unfit(type: string, value: unknown, advice: string, cause?: unknown): DbError {
  const shown = typeof value === 'string' ? `a text of ${value.length} characters` : describe(value)
  return new DbError('ZZZ_DB_VALUE', `${shown} does not fit the type ${type}: ${advice}`, { cause })
}
