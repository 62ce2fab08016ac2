import type { Dialect, Dump } from '../../compiler/dialect.ts'
import { compileRaw } from '../../compiler/raw.ts'
import type { SqlFragment } from '../../query/sql.ts'
import type { Raw } from '../../schema/data-type.ts'
import type { AnyField } from '../../schema/field.ts'

/** A piece of SQL whose values are written out, since DDL takes no parameters. */
export function inline(dialect: Dialect, fragment: SqlFragment): string {
  // The second time every parameter is known.
  const { parameters } = compileRaw(fragment, dialect)
  const written: Dialect = { ...dialect, parameter: (n) => literal(dialect, parameters[n - 1] as Raw) }
  return compileRaw(fragment, written).text
}

/** A default of a field as SQL. */
export function fieldLiteral(dialect: Dialect, { parts }: AnyField, value: unknown): string {
  if (value === null) return 'null'
  return literal(dialect, (dialect.codec(parts.type).dump as Dump)(value as never))
}

/** A raw value as SQL. In PostgreSQL also numbers are quoted: like a parameter, they take the type of what is beside. */
export function literal(dialect: Dialect, value: Raw): string {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value).toString('hex')
    return dialect.name === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'`
  }
  if (typeof value !== 'string' && dialect.name === 'sqlite') return number(value)
  return `'${String(value).replaceAll("'", "''")}'`
}

/** SQLite reads what is beyond every double as infinity, and has no other name for it. */
function number(value: number | bigint): string {
  if (value === Number.POSITIVE_INFINITY) return '9e999'
  return value === Number.NEGATIVE_INFINITY ? '-9e999' : String(value)
}
