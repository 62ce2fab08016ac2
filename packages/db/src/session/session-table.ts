import { createTable, type Operation } from '../migration/operations/operation.ts'
import { createIndex } from '../migration/operations/table-index.ts'
import type { Field } from '../schema/field.ts'
import { datetime, json, text } from '../schema/fields.ts'
import { type Schema, schema } from '../schema/schema.ts'

/** What a row holds. */
type SessionColumns = {
  readonly id: Field<string, 'required', 'key'>
  /** Each value as JSON text, so that it comes back to the letter. */
  readonly data: Field<Readonly<Record<string, string>>>
  readonly createdAt: Field<Date>
  readonly expiresAt: Field<Date>
}

const columns: SessionColumns = {
  id: text().primaryKey(),
  data: json(),
  createdAt: datetime(),
  expiresAt: datetime(),
}

/** The table of sessions as a schema. */
export type SessionTable = Schema<'sessions', SessionColumns>

/** The table of sessions by its name, which may have a PostgreSQL schema in front: `auth.sessions`. */
export function sessionTable(name: string): SessionTable {
  const dot = name.indexOf('.')
  const prefix = dot < 0 ? undefined : name.slice(0, dot)
  return schema('sessions', columns, {}, { table: name.slice(dot + 1), prefix })
}

/**
 * The operations of a migration that makes the table of `databaseSessions`, with an index by which what has expired is
 * found. They are reversible, and stay the same in every version: what a later one needs will be an operation of its own.
 *
 * ```ts
 * export const change = createSessionTable()
 * ```
 */
export function createSessionTable(name = 'sessions'): Operation[] {
  return [createTable(name, columns), createIndex(name, ['expiresAt'])]
}
