import { DbError } from '../errors.ts'
import { describe } from './describe.ts'

/** What an option has to be, in words, and the test for it. */
export type Rule = readonly [expected: string, test: (value: unknown) => boolean]

/** The rules of all options there are, by name. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: Rule }

/**
 * Refuses options that are unknown or impossible; undefined counts as not given. Throws `ZZZ_DB_OPTION_INVALID`, naming
 * the option, what it belongs to (`where`) and the options there are.
 */
export function checkOptions<Options extends object>(
  where: string,
  options: Options,
  rules: OptionRules<Options>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw invalid(`${where}: expected an object with options, got ${describe(options)}`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      const known = Object.keys(rules).join(', ')
      throw invalid(`${where}: there is no option ${JSON.stringify(name)}; known are ${known}`)
    }
    const [expected, test] = rules[name as keyof Options]
    if (value !== undefined && !test(value)) {
      throw invalid(`${where}: option ${JSON.stringify(name)} has to be ${expected}, got ${describe(value)}`)
    }
  }
}

function invalid(message: string): DbError {
  return new DbError('ZZZ_DB_OPTION_INVALID', message)
}
