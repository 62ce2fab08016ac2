import { DbError } from '../errors.ts'
import type { SelectStatement } from '../query/statement.ts'
import type { DataType } from '../schema/data-type.ts'
import type { Dialect, Dump } from './dialect.ts'

/** A statement while it is written. Its holes become parameters in the order in which they are visited. */
export interface Writer {
  readonly dialect: Dialect
  /** How to dump each value, by the number of its parameter. */
  readonly dumps: Dump[]
  /** Writes a subquery with the same parameters. */
  readonly select: (statement: SelectStatement) => string
  /** Whether an outer join may leave any column empty, whatever its schema says. */
  readonly outer?: boolean | undefined
}

/** A parameter for the next value. */
export function writeParameter({ dialect, dumps }: Writer, dump: Dump): string {
  dumps.push(dump)
  if (dumps.length > dialect.maxParameters) {
    throw new DbError('ZZZ_DB_QUERY', `A statement may have at most ${dialect.maxParameters} values`)
  }
  return dialect.parameter(dumps.length)
}

/** A parameter for the next value, of a type. */
export function writeValue(writer: Writer, type: DataType<unknown>): string {
  return writeParameter(writer, writer.dialect.codec(type).dump)
}

/** Refuses a comparison that this database would do in another way. */
export function checkComparable(
  { dialect }: Writer,
  type: DataType<unknown>,
  need: 'equality' | 'size',
): void {
  const { compares } = dialect.codec(type)
  if (compares === undefined || (compares === 'equality' && need === 'equality')) return
  throw new DbError(
    'ZZZ_DB_UNSUPPORTED',
    `${dialect.name} keeps ${type.name} as text, which does not compare by ${need} as the values do`,
  )
}
