import { DbError } from '../errors.ts'
import type { DataType } from '../schema/data-type.ts'

/** A value of a type, or that there is none. */
export type Casted = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

/** Makes a value of a type from what came from outside. */
export function castValue(type: DataType<unknown>, input: unknown): Casted {
  const value = type.parse === undefined ? input : type.parse(input)
  try {
    const raw = type.postgres.dump(value)
    // Texts have one form for equal values: `1.50`, lower case, six digits.
    return {
      ok: true,
      value: typeof value === 'string' && typeof raw === 'string' && type.name !== 'json' ? raw : value,
    }
  } catch (error) {
    if (error instanceof DbError && error.code === 'ZZZ_DB_VALUE') return { ok: false }
    throw error
  }
}

/** Whether two values of a type are the same to a database. */
export function isSameValue({ postgres }: DataType<unknown>, one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (one === null || one === undefined || other === null || other === undefined) return false
  return String(postgres.dump(one)) === String(postgres.dump(other))
}
