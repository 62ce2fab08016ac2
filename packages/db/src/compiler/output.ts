import type { Codec, DataType, Raw } from '../schema/data-type.ts'
import type { Column } from '../schema/schema.ts'
import type { Dialect } from './dialect.ts'

/** What a statement's columns become: a value, a row of a table, an object of these. */
export type Output =
  | { readonly kind: 'value'; readonly index: number; readonly type: DataType<unknown> }
  | {
      readonly kind: 'row'
      /** The number of its first column. */
      readonly first: number
      readonly columns: readonly Column[]
      /** An outer join may have found none. */
      readonly optional: boolean
    }
  | { readonly kind: 'record'; readonly entries: readonly (readonly [key: string, output: Output])[] }

/** Makes a result from the columns of one row. */
export type RowMapper = (row: readonly Raw[]) => unknown

type Load = (raw: NonNullable<Raw>) => unknown

/** The types among the output. */
function typesOf(output: Output): readonly DataType<unknown>[] {
  if (output.kind === 'value') return [output.type]
  if (output.kind === 'row') return output.columns.map(({ type }) => type)
  return output.entries.flatMap(([, inner]) => typesOf(inner))
}

/** Whether the driver has to give integers as bigint. */
export function isWide(output: Output, dialect: Dialect): boolean {
  return dialect.name === 'sqlite' && typesOf(output).some((type) => dialect.codec(type).wide === true)
}

/**
 * A function that makes results from rows. It is generated as source, with each object as one literal: that is several
 * times faster than a loop over names. Where code cannot be generated (`--disallow-code-generation-from-strings`) a slower
 * twin does the same.
 */
export function compileMapper(output: Output, dialect: Dialect): RowMapper {
  const wide = isWide(output, dialect)
  const loads: Load[] = []
  const source = sourceOf(output, (type) => {
    const load = loadOf(dialect.codec(type), wide)
    return load === undefined ? undefined : loads.push(load) - 1
  })
  try {
    return new Function('loads', `return (row) => (${source})`)(loads) as RowMapper
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    return (row) => mapSlowly(output, row, dialect, wide)
  }
}

/** Among wide integers every integer comes as a bigint, so the others are made numbers again. */
function loadOf({ load, column, wide }: Codec<unknown>, wideRow: boolean): Load | undefined {
  if (load !== undefined || !wideRow) return load
  return column === 'integer' && wide !== true ? Number : fromWide
}

function fromWide(raw: NonNullable<Raw>): unknown {
  return typeof raw === 'bigint' ? Number(raw) : raw
}

function sourceOf(output: Output, loader: (type: DataType<unknown>) => number | undefined): string {
  const value = (index: number, type: DataType<unknown>) => {
    const load = loader(type)
    return load === undefined
      ? `row[${index}]`
      : `row[${index}] === null ? null : loads[${load}](row[${index}])`
  }
  if (output.kind === 'value') return value(output.index, output.type)
  if (output.kind === 'record') {
    return literal(output.entries.map(([key, inner]) => [key, sourceOf(inner, loader)]))
  }
  const row = literal(output.columns.map(({ field, type }, i) => [field, value(output.first + i, type)]))
  return output.optional ? `row[${witness(output)}] === null ? null : ${row}` : row
}

/** An object literal. A key in brackets is a property even when it is `__proto__`. */
function literal(entries: readonly (readonly [key: string, source: string])[]): string {
  const members = entries.map(([key, source]) => {
    const name = JSON.stringify(key)
    return `${key === '__proto__' ? `[${name}]` : name}: ${source}`
  })
  return `{ ${members.join(', ')} }`
}

/** The column that tells whether there is a row at all: one that is never null in one. */
function witness({ first, columns }: Extract<Output, { kind: 'row' }>): number {
  const index = columns.findIndex(({ parts, nullable }) => parts.primaryKey || !nullable)
  return first + Math.max(index, 0)
}

function mapSlowly(output: Output, row: readonly Raw[], dialect: Dialect, wide: boolean): unknown {
  const value = (index: number, type: DataType<unknown>) => {
    const raw = row[index] as Raw
    const load = loadOf(dialect.codec(type), wide)
    return raw === null || load === undefined ? raw : load(raw)
  }
  if (output.kind === 'value') return value(output.index, output.type)
  if (output.kind === 'record') {
    return Object.fromEntries(
      output.entries.map(([key, inner]) => [key, mapSlowly(inner, row, dialect, wide)]),
    )
  }
  if (output.optional && row[witness(output)] === null) return null
  return Object.fromEntries(
    output.columns.map(({ field, type }, i) => [field, value(output.first + i, type)]),
  )
}
