import { DbError } from '../errors.ts'
import { defaultOf } from '../schema/field.ts'
import { type AnyRow, type AnySchema, columnOf } from '../schema/schema.ts'
import { embedsOf } from '../schema/types/embedded.ts'
import { type Nested, type NestedChange, stays } from './nested.ts'
import type { Target } from './plan.ts'

/** Finds out what a changeset is about to change in a field that embeds rows. Throws `ZZZ_DB_SCHEMA` where it does not. */
export function embedTarget(owner: AnySchema, field: string, schema: AnySchema, value: unknown): Target {
  const where = `${owner.name}.${field}`
  const embeds = embedsOf(columnOf(owner, field).type)
  if (embeds?.schema !== schema) {
    throw new DbError('ZZZ_DB_SCHEMA', `castEmbed: ${where} does not embed the schema ${schema.name}`)
  }
  const current =
    value === null || value === undefined ? [] : embeds.many ? (value as AnyRow[]) : [value as AnyRow]
  const same = !embeds.many && schema.primaryKey.length === 0
  return { where, schema, kind: 'embed', onReplace: 'delete', same, many: embeds.many, current }
}

/** The rows to embed: complete, as the column will have them. */
export function embeddedValue({ schema, many, changes }: Nested): unknown {
  const rows = changes.filter(stays).map((change) => completeRow(schema, change))
  return many ? rows : (rows[0] ?? null)
}

function completeRow(schema: AnySchema, { action, changeset }: NestedChange): AnyRow {
  const given = changeset.applyChanges() as AnyRow
  const changed = Object.keys(changeset.changes).length > 0
  const entries = schema.columns.map(({ field, nullable, parts }) => {
    const value = given[field]
    if (action === 'update' && changed && parts.onUpdate !== undefined && !(field in changeset.changes)) {
      return [field, parts.onUpdate()]
    }
    if (value !== undefined) return [field, value]
    return [field, defaultOf(parts) ?? (nullable ? null : undefined)]
  })
  return Object.fromEntries(entries)
}
