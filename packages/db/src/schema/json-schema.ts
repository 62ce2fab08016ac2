import type { JsonSchema } from './data-type.ts'
import type { AnySchema, Column } from './schema.ts'

/**
 * The rows of a schema as JSON has them: every stored field, in JSON Schema 2020-12, for OpenAPI and other programs. Fields
 * that are redacted are left out.
 *
 * ```ts
 * jsonSchema(User) // { type: 'object', properties: { id: { type: 'integer' }, … }, required: ['id', …] }
 * ```
 */
export function jsonSchema(schema: AnySchema): JsonSchema {
  const columns = schema.columns.filter(({ parts }) => !parts.redacted)
  return objectSchema(
    columns,
    columns.map(({ field }) => field),
  )
}

/** An object with some fields, of which some are required. */
export function objectSchema(
  fields: readonly Pick<Column, 'field' | 'type' | 'nullable'>[],
  required: readonly string[],
): JsonSchema {
  const properties = Object.fromEntries(
    fields.map(({ field, type, nullable }) => [field, orNull(type.json ?? {}, nullable)]),
  )
  return { type: 'object', properties, required }
}

function orNull(schema: JsonSchema, nullable: boolean): JsonSchema {
  // A schema that allows everything allows null.
  return nullable && Object.keys(schema).length > 0 ? { anyOf: [schema, { type: 'null' }] } : schema
}
