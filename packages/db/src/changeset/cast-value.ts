import { DbError } from '../errors.ts'
import type { DataType } from '../schema/data-type.ts'
import type { FieldError } from './field-error.ts'
import { checkLength } from './validations.ts'

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

/** What is wrong with a text that is longer than its type, `string(100)`, takes. */
export function tooLong({ json }: DataType<unknown>, input: unknown): FieldError | undefined {
  const most = json?.maxLength
  return typeof input === 'string' && typeof most === 'number' ? checkLength(input, { max: most }) : undefined
}

/** Whether two values of a type are the same to a database. */
export function isSameValue({ postgres }: DataType<unknown>, one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (one === null || one === undefined || other === null || other === undefined) return false
  return String(postgres.dump(one)) === String(postgres.dump(other))
}
