import type { DataType } from './data-type.ts'
import { type Field, fieldOf } from './field.ts'
import type { AnySchema, Row } from './schema.ts'
import { embeddedType } from './types/embedded.ts'

/**
 * One row of another schema inside of this one, in a JSON column. It has no table. Throws `ZZZ_DB_SCHEMA` for fields that
 * JSON cannot hold in both databases.
 *
 * ```ts
 * const Address = schema('address', { city: text(), zip: text() })
 * const User = schema('users', { id: id(), address: embedsOne(Address).nullable() })
 * ```
 */
export function embedsOne<S extends AnySchema>(schema: S): Field<Row<S>> {
  return fieldOf(embeddedType(schema, false) as DataType<Row<S>>)
}

/** A list of rows of another schema inside of this one, in a JSON column; a new row has none. Throws as `embedsOne` does. */
export function embedsMany<S extends AnySchema>(schema: S): Field<Row<S>[], 'optional'> {
  return fieldOf(embeddedType(schema, true) as DataType<Row<S>[]>).default(() => [])
}
