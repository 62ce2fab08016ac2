import { DbError } from '../errors.ts'
import type { Expression } from '../query/expression.ts'
import { type AnyQuery, from, Query } from '../query/query.ts'
import type { AnyRow, AnySchema } from '../schema/schema.ts'
import { checkFields } from './defaults.ts'

/** The query itself, or one for all rows of a schema. */
export function toQuery(source: AnySchema | AnyQuery): AnyQuery {
  return source instanceof Query ? source : (from(source) as unknown as AnyQuery)
}

/** The schema whose rows a query gives. Throws `ZZZ_DB_QUERY` for a query on a query. */
export function schemaOf(query: AnyQuery): AnySchema {
  const { source } = query.clauses
  if (source.kind === 'table') return source.schema
  throw new DbError('ZZZ_DB_QUERY', 'A row is found by its key in a table, not in a query')
}

/** The query that finds a row by its primary key. Throws `ZZZ_DB_SCHEMA` where there is none. */
export function rowQuery(schema: AnySchema, row: AnyRow): AnyQuery {
  if (schema.primaryKey.length === 0) {
    throw new DbError(
      'ZZZ_DB_SCHEMA',
      `${schema.name} has no primary key, so a row of it cannot be found again`,
    )
  }
  return byFields(toQuery(schema), schema.primaryKey, row)
}

/** A query whose fields have the values of a row. */
export function byFields(query: AnyQuery, fields: readonly string[], row: AnyRow): AnyQuery {
  return fields.reduce((narrowed, field) => {
    return narrowed.where((columns) => {
      const column = (columns as Record<string, Expression<unknown>>)[field] as Expression<unknown>
      return row[field] === null ? column.isNull() : column.eq(row[field] as never)
    })
  }, query)
}

/** A query whose field has a value, which is not null. */
export function byKey(query: AnyQuery, field: string, key: unknown): AnyQuery {
  return query.where(
    (columns) => (columns as Record<string, Expression<unknown>>)[field]?.eq(key as never) as never,
  )
}

/** A query whose fields have these values. Throws `ZZZ_DB_NULL` where one is missing. */
export function byValues(source: AnySchema | AnyQuery, values: AnyRow): AnyQuery {
  const query = toQuery(source)
  const schema = schemaOf(query)
  checkFields(schema, values)
  const names = Object.keys(values)
  const missing = names.find((field) => values[field] === undefined)
  if (names.length > 0 && missing === undefined) return byFields(query, names, values)
  throw new DbError(
    'ZZZ_DB_NULL',
    `getBy(${schema.name}): ${missing ?? 'at least one field'} needs a value; null finds NULL`,
  )
}
