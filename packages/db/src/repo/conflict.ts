import { DbError } from '../errors.ts'
import type { Conflict } from '../query/write.ts'
import { type AnySchema, columnOf } from '../schema/schema.ts'

/** What decides that a new row is there already, and what it then changes. */
export interface OnConflict {
  /** The fields of the unique index that decides. Default: any, which only goes with nothing to replace. */
  readonly target?: readonly string[] | undefined
  /** The fields that the row that is there takes over from the new one; none leaves it as it is. */
  readonly replace: readonly string[]
}

/** The same by columns. Throws `ZZZ_DB_QUERY` where nothing decides what is replaced. */
export function toConflict(schema: AnySchema, conflict: OnConflict | undefined): Conflict | undefined {
  if (conflict === undefined) return undefined
  const { target = [], replace } = conflict
  if (target.length === 0 && replace.length > 0) {
    throw new DbError(
      'ZZZ_DB_QUERY',
      `${schema.name}: name the fields of the unique index as "target" to replace others`,
    )
  }
  return {
    target: target.map((field) => columnOf(schema, field)),
    replace: replace.map((field) => columnOf(schema, field)),
  }
}
