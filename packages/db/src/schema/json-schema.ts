import type { JsonSchema } from './data-type.ts'
import type { AnySchema } from './schema.ts'

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
  const properties = columns.map(({ field, type, nullable }) => [field, orNull(type.json ?? {}, nullable)])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: columns.map(({ field }) => field),
  }
}

/** The same, and null where that is allowed. */
export function orNull(schema: JsonSchema, nullable: boolean): JsonSchema {
  // A schema that allows everything allows null.
  return nullable && Object.keys(schema).length > 0 ? { anyOf: [schema, { type: 'null' }] } : schema
}
