import { DbError } from '../errors.ts'
import { type AnySchema, type Column, columnOf } from '../schema/schema.ts'
import { Expression } from './expression.ts'
import type { Node } from './node.ts'
import type { SelectStatement, Shape, Source } from './statement.ts'

/** What happens to a new row that is there already. */
export interface Conflict {
  /** The columns of the unique index that decides; none means any. */
  readonly target: readonly Column[]
  /** The columns that the row that is there takes over; none leaves it as it is. */
  readonly replace: readonly Column[]
}

/** Rows for a table. Its values are those of the rows, one after the other, each in the order of the columns. */
export interface InsertStatement {
  readonly schema: AnySchema
  readonly columns: readonly Column[]
  readonly rows: number
  readonly conflict: Conflict | undefined
  readonly returning: boolean
  readonly shape: Shape
}

/** New values for the rows that a condition finds. Its values are those that are set, then those of the condition. */
export interface UpdateStatement {
  readonly source: Extract<Source, { kind: 'table' }>
  readonly set: readonly { readonly column: Column; readonly node: Node }[]
  readonly where: readonly Expression<boolean>[]
  readonly returning: boolean
  readonly shape: Shape
}

/** The rows that a condition finds are to go. */
export interface DeleteStatement {
  readonly source: Extract<Source, { kind: 'table' }>
  readonly where: readonly Expression<boolean>[]
  readonly returning: boolean
  readonly shape: Shape
}

/** An insert of rows that all have the same columns. */
export function insertStatement(
  schema: AnySchema,
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  options: { conflict?: Conflict | undefined; returning: boolean },
): InsertStatement {
  const { conflict, returning } = options
  const names = columns.map(({ field }) => field).join(' ')
  const key = `i${schema.serial} ${rows.length} ${names}${conflictKey(conflict)}${returning ? ' r' : ''}`
  return {
    schema,
    columns,
    rows: rows.length,
    conflict,
    returning,
    shape: { key, values: flattened(rows, columns.length) },
  }
}

/** As `flat` does, several times faster: the length is known, and nothing in a row is looked into. */
function flattened(rows: readonly (readonly unknown[])[], width: number): unknown[] {
  const values = new Array<unknown>(rows.length * width)
  let next = 0
  for (const row of rows) for (const value of row) values[next++] = value
  return values
}

function conflictKey(conflict: Conflict | undefined): string {
  if (conflict === undefined) return ''
  const names = (columns: readonly Column[]) => columns.map(({ field }) => field).join(' ')
  return ` c(${names(conflict.target)})(${names(conflict.replace)})`
}

/** An update of all rows of a query. Throws `ZZZ_DB_QUERY` for clauses that an update does not have. */
export function updateStatement(
  query: SelectStatement,
  changes: Readonly<Record<string, unknown>>,
  options: { returning: boolean },
): UpdateStatement {
  const { source, where } = plainTarget('update', query)
  const { schema } = source
  const values: unknown[] = []
  let key = `u${source.key}`
  const set = Object.entries(changes).map(([field, value]) => {
    const column = columnOf(schema, field)
    const part = toPart(column, value)
    key += ` ${field}=${part.node.key}`
    values.push(...part.values)
    return { column, node: part.node }
  })
  if (set.length === 0) throw new DbError('ZZZ_DB_QUERY', `An update of ${schema.name} that changes no field`)
  const shape = withConditions(key, values, where, options.returning)
  return { source, set, where, returning: options.returning, shape }
}

function toPart(
  column: Column,
  value: unknown,
): { readonly node: Node; readonly values: readonly unknown[] } {
  if (value instanceof Expression) return value
  return { node: { kind: 'value', key: '?', type: column.type, typed: false }, values: [value] }
}

/** A delete of all rows of a query. Throws `ZZZ_DB_QUERY` for clauses that a delete does not have. */
export function deleteStatement(query: SelectStatement, options: { returning: boolean }): DeleteStatement {
  const { source, where } = plainTarget('delete', query)
  const shape = withConditions(`d${source.key}`, [], where, options.returning)
  return { source, where, returning: options.returning, shape }
}

function withConditions(
  begin: string,
  values: unknown[],
  where: readonly Expression<boolean>[],
  returning: boolean,
): Shape {
  let key = begin
  for (const condition of where) {
    key += ` w${condition.node.key}`
    values.push(...condition.values)
  }
  return { key: returning ? `${key} r` : key, values }
}

/** The table and conditions of a query that has nothing else. */
function plainTarget(verb: string, { clauses }: SelectStatement) {
  const { source, where, joins, groupBy, having, orderBy, limit, offset, distinct, lock } = clauses
  const plain =
    joins.length + groupBy.length + having.length + orderBy.length === 0 &&
    limit === undefined &&
    offset === undefined &&
    distinct === false &&
    lock === undefined
  if (source.kind === 'table' && plain) return { source, where }
  throw new DbError(
    'ZZZ_DB_QUERY',
    `The query of an ${verb} may have a table and conditions, nothing else: put the rest into a subquery, u.id.in(…)`,
  )
}
