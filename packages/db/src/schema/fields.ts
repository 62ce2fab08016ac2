import { DbError } from '../errors.ts'
import type { DataType } from './data-type.ts'
import { type AnyField, type Field, fieldOf } from './field.ts'
import { bigintType, booleanType, decimalType, floatType, idType, integerType } from './types/numbers.ts'
import { arrayType, bytesType, jsonType } from './types/structures.ts'
import { enumerationType, stringType, textType, uuidType } from './types/texts.ts'
import { dateType, datetimeType, datetimeUsType, timeType } from './types/times.ts'

/** The primary key that the database counts up, as a number. */
export function id(): Field<number, 'optional', 'key'> {
  return fieldOf(idType, { primaryKey: true, generated: true })
}

/** A whole number within ±(2^53 - 1); 64 bits in both databases. */
export function integer(): Field<number> {
  return fieldOf(integerType)
}

/** A whole number of 64 bits, as bigint. */
export function bigint(): Field<bigint> {
  return fieldOf(bigintType)
}

/** A number of double precision. NaN is refused, since SQLite would make it NULL; -0 becomes 0. */
export function float(): Field<number> {
  return fieldOf(floatType)
}

/**
 * An exact decimal number as text, always with `scale` digits after the point: `decimal(10, 2)` holds `"12.50"`.
 * SQLite keeps it as text, so there it is compared for equality only; order and size are `ZZZ_DB_UNSUPPORTED`.
 */
export function decimal(precision: number, scale: number): Field<string> {
  const whole = Number.isInteger(precision) && Number.isInteger(scale)
  if (!whole || precision < 1 || precision > 1000 || scale < 0 || scale > precision) {
    throw new DbError(
      'ZZZ_DB_SCHEMA',
      `decimal(${precision}, ${scale}): precision is 1 to 1000 digits, scale 0 to precision of them`,
    )
  }
  return fieldOf(decimalType(precision, scale))
}

/** True or false. */
export function boolean(): Field<boolean> {
  return fieldOf(booleanType)
}

/** Text of any length, without NUL. */
export function text(): Field<string> {
  return fieldOf(textType)
}

/** Text of at most `length` characters, counted in code points. */
export function string(length: number): Field<string> {
  if (!Number.isInteger(length) || length < 1 || length > 10_485_760) {
    throw new DbError('ZZZ_DB_SCHEMA', `string(${length}): a length from 1 to 10485760 is needed`)
  }
  return fieldOf(stringType(length))
}

/**
 * A UUID in lower case with hyphens.
 *
 * ```ts
 * uuid().primaryKey().default(uuidv7)
 * ```
 */
export function uuid(): Field<string> {
  return fieldOf(uuidType)
}

/** One of the given texts. */
export function enumeration<const T extends string>(...values: readonly [T, ...T[]]): Field<T> {
  return fieldOf(enumerationType(values))
}

/** A day of the calendar as text: `2026-03-01`. */
export function date(): Field<string> {
  return fieldOf(dateType)
}

/** A time of day as text, exact to the microsecond: `09:30:00`. */
export function time(): Field<string> {
  return fieldOf(timeType)
}

/** An instant as `Date`, exact to the millisecond. */
export function datetime(): Field<Date> {
  return fieldOf(datetimeType)
}

/** An instant as text in UTC, exact to the microsecond: `2026-03-01T10:00:00.123456Z`. */
export function datetimeUs(): Field<string> {
  return fieldOf(datetimeUsType)
}

/**
 * Anything that JSON can hold, typed by `T` without a check. A null of its own is NULL in the database.
 *
 * ```ts
 * json<{ theme: 'dark' | 'light' }>()
 * ```
 */
export function json<T>(): Field<T> {
  return fieldOf(jsonType as DataType<T>)
}

/** Bytes. */
export function bytes(): Field<Uint8Array> {
  return fieldOf(bytesType)
}

/** A list of the values of another field's type; PostgreSQL only. */
export function array<T>(element: Field<T>): Field<(T | null)[]> {
  return fieldOf(arrayType((element as AnyField).parts.type as DataType<T>))
}

/** The moments when a row was inserted and last updated, filled in by the repo. */
export function timestamps(): {
  insertedAt: Field<Date, 'optional'>
  updatedAt: Field<Date, 'optional'>
} {
  const now = () => new Date()
  return { insertedAt: datetime().default(now), updatedAt: datetime().default(now).onUpdate(now) }
}
