import type { Rule } from './options.ts'

/** The rules that options of many places have in common, so that one kind of value is refused in the same words. */

/** True for text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** True for anything that has members: an object, a list. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** True for 1, 2, 3 and so on, as far as numbers are exact. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** True for 0 and what `isCount` takes. */
export function isAmount(value: unknown): value is number {
  return value === 0 || isCount(value)
}

/** What a timer takes; beyond it, Node's would fire at once. */
const longestTimer = 2 ** 31 - 1

/** True for milliseconds that a timer can wait. */
export function isDelay(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= longestTimer
}

export const flagRule: Rule = ['true or false', (value) => typeof value === 'boolean']
export const functionRule: Rule = ['a function', (value) => typeof value === 'function']
export const textRule: Rule = ['a text that is not empty', isText]
export const countRule: Rule = ['a whole number above 0', isCount]
export const bytesRule: Rule = ['a whole number of bytes', isAmount]
export const secondsRule: Rule = ['a whole number of seconds', isAmount]
export const delayRule: Rule = ['milliseconds above 0 and up to 2,147,483,647', isDelay]
export const middlewareRule: Rule = [
  'a list of middleware functions',
  (value) => Array.isArray(value) && value.every((step) => typeof step === 'function'),
]

/**
 * The rule of an option that is one of some values.
 *
 * ```ts
 * oneOf('x-forwarded', 'forwarded')   // ['"x-forwarded" or "forwarded"', …]
 * ```
 */
export function oneOf(...values: readonly (string | number | boolean)[]): Rule {
  const names = values.map((value) => JSON.stringify(value))
  const last = names.pop()
  return [
    names.length === 0 ? `${last}` : `${names.join(', ')} or ${last}`,
    (value) => values.includes(value as string),
  ]
}
