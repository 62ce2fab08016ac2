import type { FieldError } from './field-error.ts'

/**
 * A rule that the value of a field has to meet, as data: for JSON Schema, and for the attributes of an input. A validation
 * that is a function is none.
 */
export type Validation = { readonly field: string } & (
  | { readonly kind: 'required' | 'acceptance' | 'confirmation' }
  | { readonly kind: 'format'; readonly format: RegExp }
  | { readonly kind: 'length'; readonly limits: LengthLimits }
  | { readonly kind: 'number'; readonly limits: NumberLimits }
  | { readonly kind: 'inclusion' | 'exclusion'; readonly list: readonly unknown[] }
)

/** Options of a validation. */
export interface MessageOptions {
  /** What is wrong, to a person. Default: what the validation says in English. */
  readonly message?: string | undefined
}

/** Limits of a length: of a text in code points, of a list or bytes in elements. */
export interface LengthLimits {
  /** At least. */
  readonly min?: number | undefined
  /** At most. */
  readonly max?: number | undefined
  /** Exactly. */
  readonly is?: number | undefined
}

/** Options of `validateLength`. */
export interface LengthOptions extends LengthLimits, MessageOptions {}

/** Limits of a number. */
export interface NumberLimits {
  /** At least. */
  readonly min?: number | bigint | undefined
  /** At most. */
  readonly max?: number | bigint | undefined
  readonly greaterThan?: number | bigint | undefined
  readonly lessThan?: number | bigint | undefined
  readonly equalTo?: number | bigint | undefined
}

/** Options of `validateNumber`. */
export interface NumberOptions extends NumberLimits, MessageOptions {}

const lengthRules = [
  ['is', 'should be %{count} %{unit}', (length: number, count: number) => length === count],
  ['min', 'should be at least %{count} %{unit}', (length: number, count: number) => length >= count],
  ['max', 'should be at most %{count} %{unit}', (length: number, count: number) => length <= count],
] as const

/** What is wrong with a length, if anything is. */
export function checkLength(value: unknown, limits: LengthLimits, message?: string): FieldError | undefined {
  const isText = typeof value === 'string'
  const length = isText ? [...value].length : ((value as { length?: number }).length ?? 0)
  for (const [kind, usual, holds] of lengthRules) {
    const count = limits[kind]
    if (count === undefined || holds(length, count)) continue
    const unit = isText ? (count === 1 ? 'character' : 'characters') : count === 1 ? 'item' : 'items'
    return { message: message ?? usual, params: { validation: 'length', kind, count, unit } }
  }
  return undefined
}

const numberRules = [
  ['min', 'must be at least %{number}', (order: number) => order >= 0],
  ['max', 'must be at most %{number}', (order: number) => order <= 0],
  ['greaterThan', 'must be greater than %{number}', (order: number) => order > 0],
  ['lessThan', 'must be less than %{number}', (order: number) => order < 0],
  ['equalTo', 'must be equal to %{number}', (order: number) => order === 0],
] as const

/** What is wrong with a number, if anything is. A decimal is compared by its digits, not as a double. */
export function checkNumber(value: unknown, limits: NumberLimits, message?: string): FieldError | undefined {
  for (const [kind, usual, holds] of numberRules) {
    const number = limits[kind]
    if (number === undefined || holds(compareNumbers(value, number))) continue
    return { message: message ?? usual, params: { validation: 'number', kind, number } }
  }
  return undefined
}

function compareNumbers(value: unknown, limit: number | bigint): number {
  if (typeof value !== 'string') {
    const number = value as number | bigint
    return number < limit ? -1 : number > limit ? 1 : 0
  }
  const [one, other] = [toScaled(value), toScaled(String(limit))]
  return one < other ? -1 : one > other ? 1 : 0
}

/** A decimal as a whole number of its 100th digit after the point. */
function toScaled(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(`${whole}${fraction.slice(0, 100).padEnd(100, '0')}`)
}
