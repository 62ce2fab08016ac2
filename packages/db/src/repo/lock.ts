import { isSameValue } from '../changeset/cast-value.ts'
import type { Changeset } from '../changeset/changeset.ts'
import { ConstraintError, DbError } from '../errors.ts'
import type { AnyQuery } from '../query/query.ts'
import { type AnyRow, type AnySchema, columnOf } from '../schema/schema.ts'
import { byFields, rowQuery } from './row-query.ts'

type AnyChangeset = Changeset<AnySchema>

/**
 * The query that finds the row of a changeset; with a lock, only as it was read. Throws `ZZZ_DB_STALE` where a version was
 * cast or put that is not that of the row.
 */
export function lockedQuery({ schema, data, changes, lock }: AnyChangeset, verb: string): AnyQuery {
  const row = data as AnyRow | undefined
  if (row === undefined) {
    throw new DbError('ZZZ_DB_QUERY', `A changeset to ${verb} needs the row: change(${schema.name}, row)`)
  }
  const found = rowQuery(schema, row)
  if (lock === undefined) return found
  const { field } = lock
  const seen = Object.hasOwn(changes, field) ? (changes as AnyRow)[field] : row[field]
  const same = seen === row[field] || isSameValue(columnOf(schema, field).type, row[field], seen)
  if (!same) throw staleRow(schema, verb)
  return byFields(found, [field], row)
}

/** What the lock of a row counts up to. */
export function nextVersion(version: unknown): number | bigint {
  return typeof version === 'bigint' ? version + 1n : Number(version) + 1
}

/** The error of a write that found no row. */
export function staleRow(schema: AnySchema, verb: string): DbError {
  return new DbError(
    'ZZZ_DB_STALE',
    `The row of ${schema.name} to ${verb} is not there any more, or was updated since it was read`,
  )
}

/** The changeset with the error that it makes of a refusal; undefined where it expects none like it. */
export function refusedBy(changeset: AnyChangeset, error: unknown): AnyChangeset | undefined {
  if (error instanceof ConstraintError) return changeset.withConstraintError(error.facts)
  return error instanceof DbError && error.code === 'ZZZ_DB_STALE' ? changeset.withStaleError() : undefined
}
