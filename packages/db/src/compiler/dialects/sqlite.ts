import { DbError } from '../../errors.ts'
import type { Codec } from '../../schema/data-type.ts'
import { checkText } from '../../schema/types/texts.ts'
import type { Dialect } from '../dialect.ts'

/** SQLite, from version 3.45. */
export const sqliteDialect: Dialect = {
  name: 'sqlite',
  maxParameters: 32_766,
  // Without numbers, which SQLite would look for among all others: the text uses its parameters in their order.
  parameter: () => '?',
  codec: ({ name, sqlite }) => {
    if (sqlite !== undefined) return sqlite
    throw new DbError('ZZZ_DB_UNSUPPORTED', `SQLite has no type ${name}; json() can hold such values`)
  },
  typed: (parameter) => parameter,
  // One parameter holds the list as JSON, so that lists of every length are the same statement.
  inList: (term, parameter, negated, codec) => ({
    text: `${term} ${negated ? 'not in' : 'in'} (select ${elementOf(codec)} from json_each(${parameter}))`,
    dump: (values: readonly unknown[]) => `[${values.map((value) => toJson(codec, value)).join(',')}]`,
  }),
  like: (term, parameter, insensitive) =>
    insensitive
      ? {
          text: `${lowerFunction}(${term}) like ${parameter} escape '\\'`,
          dump: (pattern: string) => toLower(checkText('pattern', pattern)),
        }
      : {
          text: `${term} glob ${parameter}`,
          dump: (pattern: string) => toGlob(checkText('pattern', pattern)),
        },
  nulls: (direction, wanted, nullable) => {
    if (!nullable) return ''
    const place = wanted ?? (direction === 'asc' ? 'last' : 'first')
    const usual = direction === 'asc' ? 'first' : 'last'
    return place === usual ? '' : ` nulls ${place}`
  },
  // With the cast 20 rows take two thirds of the time; probably a bare parameter makes SQLite plan anew at each binding.
  window: (limit, offset) => {
    if (limit === undefined && offset === undefined) return ''
    return ` limit ${limit === undefined ? '-1' : `cast(${limit} as integer)`}${offset === undefined ? '' : ` offset ${offset}`}`
  },
  has: { distinctOn: false, locks: false },
}

/** The function of every connection that does `toLower`; SQLite's own `lower` and `like` know the letters a to z alone. */
export const lowerFunction = 'zzz_lower'

/**
 * A text in lower case, character by character as PostgreSQL does it: without the two exceptions of Unicode that JavaScript
 * makes, which turn one character into two or look at its neighbours.
 */
export function toLower(text: string): string {
  return text.replaceAll('İ', 'i').replaceAll('Σ', 'σ').toLowerCase()
}

function elementOf({ column }: Codec<unknown>): string {
  return column === 'blob' ? 'unhex(value)' : 'value'
}

function toJson(codec: Codec<unknown>, value: unknown): string {
  const raw = codec.dump(value)
  if (raw instanceof Uint8Array) return JSON.stringify(Buffer.from(raw).toString('hex'))
  // SQLite reads what is beyond every double as infinity; JSON has no name for it.
  if (raw === Number.POSITIVE_INFINITY) return '9e999'
  if (raw === Number.NEGATIVE_INFINITY) return '-9e999'
  return typeof raw === 'string' ? JSON.stringify(raw) : String(raw)
}

/** The pattern of a LIKE as that of a GLOB, which minds the case of letters: `%` is `*`, `_` is `?`. */
function toGlob(pattern: string): string {
  return pattern.replaceAll(/\\(.)|[%_*?[]/gsu, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return literal(escaped)
    if (found === '%') return '*'
    return found === '_' ? '?' : literal(found)
  })
}

function literal(character: string): string {
  return /[*?[]/.test(character) ? `[${character}]` : character
}
