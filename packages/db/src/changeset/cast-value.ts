import { DbError } from '../errors.ts'
import type { DataType } from '../schema/data-type.ts'
import type { FieldParts } from '../schema/field.ts'
import type { FieldError } from './field-error.ts'
import { checkLength } from './validation.ts'

/** A value of a type, or that there is none. */
export type Casted = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

/** What casting a field came to: its value, or what is wrong with what was sent. */
export type CastField = { readonly value: unknown } | { readonly error: FieldError }

/** Casts what was sent for a field; undefined where the field stays as it is. */
export function castField(parts: FieldParts, isNew: boolean, input: unknown): CastField | undefined {
  if (input === undefined) return undefined
  if (isBlank(input)) return castBlank(parts, isNew)
  const casted = castValue(parts.type, input)
  if (casted.ok) return casted
  const invalid = { message: 'is invalid', params: { validation: 'cast', type: parts.type.name } }
  return { error: tooLong(parts.type, input) ?? invalid }
}

/** Casts null or an empty text: a new row has the default, if there is one, where null is not allowed. */
export function castBlank(parts: FieldParts, isNew: boolean): CastField | undefined {
  if (parts.nullable || parts.virtual) return { value: null }
  if (parts.default !== undefined && isNew) return undefined
  return { error: { message: `can't be blank`, params: { validation: 'required' } } }
}

/** Whether there is no value, or a text of nothing but spaces. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

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
function tooLong({ json }: DataType<unknown>, input: unknown): FieldError | undefined {
  const most = json?.maxLength
  return typeof input === 'string' && typeof most === 'number' ? checkLength(input, { max: most }) : undefined
}

/** Whether two values of a type are the same to a database. */
export function isSameValue({ postgres }: DataType<unknown>, one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (one === null || one === undefined || other === null || other === undefined) return false
  return String(postgres.dump(one)) === String(postgres.dump(other))
}
