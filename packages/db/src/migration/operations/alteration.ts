import { DbError } from '../../errors.ts'
import { flagRule, isObject, sqlRule } from '../../internal/option-rules.ts'
import { checkOptions } from '../../internal/options.ts'
import type { SqlFragment } from '../../query/sql.ts'
import { type ColumnSpec, checkTarget, type ReferenceTarget, toColumn } from './column.ts'

/** One change of a table, for `alterTable`. */
export type Alteration =
  | { readonly kind: 'addColumn'; readonly column: string; readonly spec: ColumnSpec }
  | { readonly kind: 'dropColumn'; readonly column: string; readonly spec: ColumnSpec | undefined }
  | { readonly kind: 'renameColumn'; readonly from: string; readonly to: string }
  | ChangeColumn
  | AddCheck
  | { readonly kind: 'dropCheck'; readonly name: string; readonly condition: SqlFragment | undefined }
  | AddForeignKey
  | {
      readonly kind: 'dropForeignKey'
      readonly columns: readonly string[]
      readonly target: ForeignKeyTarget | undefined
      readonly name: string | undefined
    }
  | { readonly kind: 'validateConstraint'; readonly name: string }

/** Another type, nullability or default for a column. */
export interface ChangeColumn {
  readonly kind: 'changeColumn'
  readonly column: string
  readonly from: ColumnSpec
  readonly to: ColumnSpec
  /** The new value as SQL of the old one. */
  readonly using: SqlFragment | undefined
  readonly reverseUsing: SqlFragment | undefined
}

/** A condition that every row has to meet. */
export interface AddCheck {
  readonly kind: 'addCheck'
  readonly name: string
  readonly condition: SqlFragment
  readonly validate: boolean
}

/** The end of a foreign key, and how it is added. */
export interface ForeignKeyTarget extends ReferenceTarget {
  /** The constraint's name. Default `<table>_<columns>_fkey`. */
  readonly name?: string | undefined
  /** False: PostgreSQL does not look at the rows that are there, see `validateConstraint`. Default true. */
  readonly validate?: boolean | undefined
}

/** A foreign key of columns that are there. */
export interface AddForeignKey {
  readonly kind: 'addForeignKey'
  readonly columns: readonly string[]
  readonly target: ForeignKeyTarget
}

const checkRules = { validate: flagRule }
const changeRules = {
  from: ['a field', isObject],
  to: ['a field', isObject],
  using: sqlRule,
  reverseUsing: sqlRule,
} as const

/** A new column. Without `nullable()` or a default, a table that has rows refuses it. */
export function addColumn(column: string, spec: ColumnSpec): Alteration {
  return { kind: 'addColumn', column, spec }
}

/** Drops a column and its indexes; it can be reversed when `spec` says what it was. */
export function dropColumn(column: string, spec?: ColumnSpec): Alteration {
  return { kind: 'dropColumn', column, spec }
}

/** Another name for a column. */
export function renameColumn(from: string, to: string): Alteration {
  return { kind: 'renameColumn', from, to }
}

/**
 * Another type, nullability or default for a column, from what it was to what it will be. `using` makes the new value,
 * `reverseUsing` the old one again; without them the database converts.
 */
export function changeColumn(
  column: string,
  options: {
    readonly from: ColumnSpec
    readonly to: ColumnSpec
    readonly using?: SqlFragment | undefined
    readonly reverseUsing?: SqlFragment | undefined
  },
): Alteration {
  checkOptions('changeColumn', options, changeRules)
  const { from, to, using, reverseUsing } = options
  checkChange(column, from, to)
  return { kind: 'changeColumn', column, from, to, using, reverseUsing }
}

/** Refuses what a change of a column would leave out in silence. */
function checkChange(column: string, from: ColumnSpec, to: ColumnSpec): void {
  const where = `changeColumn('${column}')`
  const [before, after] = [toColumn(where, column, from), toColumn(where, column, to)]
  if (before.field.parts.generated !== after.field.parts.generated) {
    throw new DbError(
      'ZZZ_DB_MIGRATION',
      `${where}: the database counts a key up from its making on; add another column and copy the values`,
    )
  }
  if (before.references === undefined && after.references === undefined) return
  throw new DbError(
    'ZZZ_DB_MIGRATION',
    `${where}: a foreign key is added by addForeignKey() and dropped by dropForeignKey()`,
  )
}

/** A condition that every row has to meet. With `validate: false` PostgreSQL does not look at the rows that are there. */
export function addCheck(
  name: string,
  condition: SqlFragment,
  options: { readonly validate?: boolean | undefined } = {},
): Alteration {
  checkOptions('addCheck', options, checkRules)
  return { kind: 'addCheck', name, condition, validate: options.validate ?? true }
}

/** Drops a check; it can be reversed when `condition` says what it was. */
export function dropCheck(name: string, condition?: SqlFragment): Alteration {
  return { kind: 'dropCheck', name, condition }
}

/** Makes columns that are there a foreign key. */
export function addForeignKey(columns: readonly string[], target: ForeignKeyTarget): Alteration {
  const { name: _name, validate: _validate, ...rest } = target
  checkTarget('addForeignKey', rest)
  return { kind: 'addForeignKey', columns, target }
}

/** Drops a foreign key; it can be reversed when `target` says where it led. */
export function dropForeignKey(columns: readonly string[], target?: ForeignKeyTarget): Alteration {
  return { kind: 'dropForeignKey', columns, target, name: target?.name }
}

/** Looks at the rows that were there when a constraint was added with `validate: false`. Nothing to do in SQLite. */
export function validateConstraint(name: string): Alteration {
  return { kind: 'validateConstraint', name }
}
