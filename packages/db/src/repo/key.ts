import type { Dialect } from '../compiler/dialect.ts'
import { DbError } from '../errors.ts'
import type { Column } from '../schema/schema.ts'

const kinds: Readonly<Record<string, string>> = { integer: 'number', float: 'number', bigint: 'bigint' }

/**
 * Whether no row can have this key: it is of the right kind, and beyond what the column holds, like the NaN that
 * `Number('abc')` gives, or a text that is no UUID. A key of another kind is a mistake of the program, which stays one.
 */
export function isImpossibleKey({ codec }: Dialect, { type }: Column, key: unknown): boolean {
  if (typeof key !== (kinds[type.name] ?? 'string')) return false
  try {
    codec(type).dump(key)
    return false
  } catch (error) {
    if (error instanceof DbError && error.code === 'ZZZ_DB_VALUE') return true
    throw error
  }
}

/** A key as a value that is equal for the same row: 1 and 1n, two Dates, two arrays of bytes. */
export function comparableKey(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (value instanceof Date) return value.getTime()
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}
