import { ConstraintError, DbError } from '../errors.ts'
import { defaultOf } from '../schema/field.ts'
import type { AnyRow, AnySchema, Column } from '../schema/schema.ts'

/** Fills in what a new row leaves out: defaults that the schema knows. The rest is left to the database. */
export function withDefaults(schema: AnySchema, values: AnyRow): Record<string, unknown> {
  const complete: Record<string, unknown> = {}
  for (const column of schema.columns) {
    const value = newValue(column, values)
    if (value !== undefined) complete[column.field] = value
  }
  return complete
}

/** The value of a column in a new row: as given, else its default; undefined where the schema knows none. */
export function newValue({ field, parts }: Column, values: AnyRow): unknown {
  const given = values[field]
  return given === undefined ? defaultOf(parts) : given
}

/** What an update writes besides the changes: the time of the last change. */
export function withUpdates(schema: AnySchema, changes: AnyRow): Record<string, unknown> {
  const complete: Record<string, unknown> = {}
  for (const { field, parts } of schema.columns) {
    const given = changes[field]
    if (given !== undefined) complete[field] = given
    else if (parts.onUpdate !== undefined) complete[field] = parts.onUpdate()
  }
  return complete
}

/** Refuses fields that the schema does not store. */
export function checkFields(schema: AnySchema, values: AnyRow): void {
  const unknown = Object.keys(values).find(
    (field) => !schema.columns.some((column) => column.field === field),
  )
  if (unknown === undefined) return
  const known = schema.columns.map(({ field }) => field).join(', ')
  throw new DbError(
    'ZZZ_DB_QUERY',
    `${schema.name} has no stored field ${JSON.stringify(unknown)}; known are ${known}`,
  )
}

/** The error of an insert, which names the fields that a new row left out and the database has to have. */
export function withMissing(schema: AnySchema, row: AnyRow, error: unknown): unknown {
  if (!(error instanceof ConstraintError) || error.facts.kind !== 'notNull') return error
  const missing = schema.columns
    .filter(({ field, name }) => error.facts.columns.includes(name) && row[field] === undefined)
    .map(({ field }) => `${schema.name}.${field}`)
  if (missing.length === 0) return error
  const message = `${missing.join(', ')} is missing in the new row: put it or cast it; ${error.message}`
  return new ConstraintError(error.facts, message, { cause: error.cause })
}

/** A value that NULL cannot stand for is missing. */
export function checkNulls(schema: AnySchema, values: AnyRow): void {
  for (const column of schema.columns) checkNull(schema, column, values[column.field])
}

/** The same for one value. */
export function checkNull(schema: AnySchema, { field, nullable }: Column, value: unknown): void {
  if (value !== null || nullable) return
  throw new DbError(
    'ZZZ_DB_VALUE',
    `${schema.name}.${field} is null, which the schema does not allow: add .nullable()`,
  )
}
