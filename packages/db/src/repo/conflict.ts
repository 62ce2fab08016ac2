import { checkOptions, type OptionRules } from '../internal/options.ts'
import type { Conflict } from '../query/write.ts'
import { type AnySchema, columnOf } from '../schema/schema.ts'

/** What decides that a new row is there already, and what it then changes. */
export interface OnConflict {
  /** The fields of the unique index that decides. Default: any, which only goes with nothing to replace. */
  readonly target?: readonly string[] | undefined
  /** The fields that the row that is there takes over from the new one; none leaves it as it is. */
  readonly replace: readonly string[]
}

const isList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const rules: OptionRules<OnConflict> = {
  target: ['a list of fields', (value) => isList(value) && (value as string[]).length > 0],
  replace: ['a list of fields', isList],
}

/** Both have to be given; null stands for what is not, so that it is said. Throws `ZZZ_DB_OPTION_INVALID`. */
export function checkConflict(where: string, conflict: Partial<OnConflict> | undefined): void {
  const { target = null, replace = null } = conflict ?? {}
  checkOptions(where, { ...conflict, target, replace } as never, rules)
}

/** The same by columns. */
export function toConflict(schema: AnySchema, conflict: OnConflict | undefined): Conflict | undefined {
  if (conflict === undefined) return undefined
  const { target = [], replace } = conflict
  return {
    target: target.map((field) => columnOf(schema, field)),
    replace: replace.map((field) => columnOf(schema, field)),
  }
}
