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

/** What a timer takes; beyond it, Node's would fire at once. */
const longestTimer = 2 ** 31 - 1

export const flagRule: Rule = ['true or false', (value) => typeof value === 'boolean']
export const functionRule: Rule = ['a function', (value) => typeof value === 'function']
export const folderRule: Rule = ['the path of a folder', isText]
export const countRule: Rule = ['a whole number above 0', isCount]
export const amountRule: Rule = ['a whole number from 0', (value) => value === 0 || isCount(value)]
export const delayRule: Rule = [
  'milliseconds above 0 and up to 2,147,483,647',
  (value) => typeof value === 'number' && value > 0 && value <= longestTimer,
]
/** SQL as `sql` makes it. */
export const sqlRule: Rule = ['SQL made by sql`…`', (value) => isObject(value) && 'node' in value]

/**
 * The rule of an option that is one of some values.
 *
 * ```ts
 * oneOf('normal', 'full')   // ['"normal" or "full"', …]
 * ```
 */
export function oneOf(...values: readonly string[]): Rule {
  const names = values.map((value) => JSON.stringify(value))
  return [
    [names.slice(0, -1).join(', '), names.at(-1)].join(' or '),
    (value) => values.includes(value as string),
  ]
}
