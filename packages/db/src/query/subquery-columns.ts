import { DbError } from '../errors.ts'
import type { DataType } from '../schema/data-type.ts'
import { fieldOf } from '../schema/field.ts'
import type { Column } from '../schema/schema.ts'
import { Expression } from './expression.ts'
import { typeKey } from './node.ts'
import type { SelectStatement } from './statement.ts'

/** The columns of a query whose rows are `R`. */
export type ColumnsOfRow<R> = { readonly [K in keyof R]: Expression<R[K]> }

/** The columns that a query has when it is the source of another. */
export function columnsOfSubquery(
  { clauses }: SelectStatement,
  alias: string,
): Record<string, Expression<unknown>> {
  return Object.fromEntries(
    selectedTypes(clauses).map(([field, type]) => [field, subqueryColumn(alias, field, type)]),
  )
}

/** The fields that a query selects, with their types, in order. */
export function selectedTypes({
  selection,
  source,
}: SelectStatement['clauses']): (readonly [string, DataType<unknown>])[] {
  if (selection === undefined && source.kind === 'table') {
    return source.schema.columns.map(({ field, type }) => [field, type])
  }
  if (selection === undefined || selection instanceof Expression) throw notFlat()
  return Object.entries(selection).map(([field, inner]) => {
    if (!(inner instanceof Expression)) throw notFlat()
    return [field, inner.type]
  })
}

/** Under its field's name, as the compiler names the columns of a subquery. */
function subqueryColumn(alias: string, field: string, type: DataType<unknown>): Expression<unknown> {
  const column: Column = { field, name: field, type, nullable: true, parts: fieldOf(type).parts }
  const key = `${alias}:${JSON.stringify(field)}:${typeKey(type)}`
  return new Expression({ kind: 'column', key, alias, column }, [], type)
}

function notFlat(): DbError {
  return new DbError(
    'ZZZ_DB_QUERY',
    'A query that is the source of another has to select a table or an object of expressions: .select((u) => ({ id: u.id }))',
  )
}
