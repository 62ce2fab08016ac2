import { ZzzError } from '../errors.ts'

/** What an option has to be, in words, and the test for it. */
export type Rule = readonly [expected: string, test: (value: unknown) => boolean]

/** The rules of all options there are, by name. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: Rule }

/**
 * Refuses options that are unknown or impossible; undefined counts as not given. Throws `ZZZ_OPTION_INVALID`, naming
 * the option, what it belongs to (`where`) and the options there are.
 */
export function checkOptions<Options extends object>(
  where: string,
  options: Options,
  rules: OptionRules<Options>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      `${where}: expected an object with options, got ${describe(options)}`,
    )
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      const known = Object.keys(rules).join(', ')
      throw new ZzzError(
        'ZZZ_OPTION_INVALID',
        `${where}: there is no option ${JSON.stringify(name)}; known are ${known}`,
      )
    }
    const [expected, test] = rules[name as keyof Options]
    if (value !== undefined && !test(value)) {
      throw new ZzzError(
        'ZZZ_OPTION_INVALID',
        `${where}: option ${JSON.stringify(name)} has to be ${expected}, got ${describe(value)}`,
      )
    }
  }
}

/** Refuses options in which one is missing that has no default. Throws `ZZZ_OPTION_INVALID`. */
export function requireOption<Options extends object>(
  where: string,
  options: Options,
  name: keyof Options & string,
): void {
  if (options[name] !== undefined) return
  throw new ZzzError('ZZZ_OPTION_INVALID', `${where}: option ${JSON.stringify(name)} is missing`)
}

/** A value in an error message: text in quotes, numbers and the like as they are, anything else by its type. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'a list'
  return value instanceof Error ? `an error (${value.name})` : `a value of type ${typeof value}`
}
