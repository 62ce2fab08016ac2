import { ZzzError } from '../errors.ts'
import { describe } from '../internal/options.ts'

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** A type, or never where JSON would lose something of it: dates, maps, functions. */
export type JsonShape<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends Date | RegExp | bigint | symbol | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
    ? never
    : T extends (...args: never[]) => unknown
      ? never
      : { [Name in keyof T]: JsonShape<T[Name]> }

/** Levels of lists and objects inside each other; deeper is taken for a cycle. */
const depthLimit = 32

/**
 * A frozen copy of a value, so that nobody changes what a session holds but by `set`. Throws `ZZZ_SESSION_VALUE` for what
 * JSON would lose: dates, maps, class instances, NaN, undefined in a list, cycles.
 */
export function toJson(value: unknown, where: string, depth = 0): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value !== 'object') throw lost(where, describe(value))
  if (depth === depthLimit) throw lost(where, `something nested more than ${depthLimit} deep`)
  if (Array.isArray(value)) return Object.freeze(value.map((item) => toJson(item, where, depth + 1)))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw lost(where, `an object of the class ${value.constructor?.name || '(anonymous)'}`)
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.freeze(
    Object.fromEntries(entries.map(([name, item]) => [name, toJson(item, where, depth + 1)])),
  )
}

/** Freezes a value that came out of `JSON.parse`, all the way down. */
export function freezeJson(value: Json): Json {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const item of Object.values(value)) freezeJson(item as Json)
  return Object.freeze(value)
}

function lost(where: string, what: string): ZzzError {
  return new ZzzError(
    'ZZZ_SESSION_VALUE',
    `Session value ${JSON.stringify(where)}: a session holds what JSON can say, and that is not ${what}`,
  )
}
