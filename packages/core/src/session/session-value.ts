import { ZzzError } from '../errors.ts'
import { describe } from '../internal/options.ts'
import type { JsonShape } from './json.ts'

declare const held: unique symbol

/** A typed name of something that sessions hold. */
export interface SessionValue<in out T> {
  readonly name: string
  readonly [held]?: (value: T) => T
}

/**
 * Makes a typed name for something that sessions hold: JSON, that is text, numbers, booleans, lists and plain objects.
 * The name is what is stored, so two of one name are one; names that begin with `_` are the framework's. Throws
 * `ZZZ_OPTION_INVALID` for a name that is not 1 to 64 letters, digits or `_.-`.
 *
 * ```ts
 * export const visits = sessionValue<number>('visits')
 * session.set(visits, (session.get(visits) ?? 0) + 1)
 * ```
 */
export function sessionValue<T>(
  name: [T] extends [JsonShape<T>]
    ? string
    : 'JSON would lose this type: keep text, numbers, booleans, lists and plain objects',
): SessionValue<T> {
  if (typeof name === 'string' && /^(?!__)[\w.-]{1,64}$/.test(name)) return { name }
  throw new ZzzError(
    'ZZZ_OPTION_INVALID',
    `sessionValue: a name is 1 to 64 letters, digits or _.- and does not begin with __, got ${describe(name)}`,
  )
}
