import { ZzzError } from '../../errors.ts'

/** The rule of a key for the principal. */
export const keyRule: readonly [string, (value: unknown) => boolean] = [
  'a key made by assign()',
  (value) => typeof value === 'object' && value !== null && 'name' in value,
]

/** The rule of a switch. */
export const flagRule: readonly [string, (value: unknown) => boolean] = [
  'true or false',
  (value) => typeof value === 'boolean',
]

/** The rule of a callback. */
export const functionRule: readonly [string, (value: unknown) => boolean] = [
  'a function',
  (value) => typeof value === 'function',
]

/** Refuses options in which one is missing that has no default. */
export function requireOption<Options extends object>(
  where: string,
  options: Options,
  name: keyof Options & string,
): void {
  if (options[name] !== undefined) return
  throw new ZzzError('ZZZ_OPTION_INVALID', `${where}: option ${JSON.stringify(name)} is missing`)
}
