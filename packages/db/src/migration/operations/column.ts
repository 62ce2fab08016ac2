import { DbError } from '../../errors.ts'
import { isObject, isText, oneOf, sqlRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import type { SqlFragment } from '../../query/sql.ts'
import { toColumnName } from '../../schema/column-name.ts'
import { type AnyField, Field } from '../../schema/field.ts'
import { integer } from '../../schema/fields.ts'

/** What happens to a row that points to one which is deleted, or whose key changes. */
export type ReferenceAction = 'cascade' | 'set null' | 'set default' | 'restrict' | 'no action'

/** The end of a foreign key. */
export interface ReferenceTarget {
  readonly table: string
  /** The columns that are pointed to. Default: `id`. */
  readonly columns?: readonly string[] | undefined
  /** When the row that is pointed to is deleted. Default `no action`: it is refused. */
  readonly onDelete?: ReferenceAction | undefined
  /** When its key changes. Default `no action`. */
  readonly onUpdate?: ReferenceAction | undefined
}

/** Options of `column`. */
export interface ColumnOptions {
  /** What the database fills in where a row says nothing, as SQL: `` sql`current_timestamp` ``. */
  readonly default?: SqlFragment | undefined
  /** Makes it a foreign key. */
  readonly references?: ReferenceTarget | undefined
}

/** A column with more than a field says. */
export interface ColumnDefinition extends ColumnOptions {
  readonly kind: 'column'
  readonly field: AnyField
}

/** A column that points to a row of another table, made by `reference`. */
export class Reference implements ColumnDefinition {
  readonly kind = 'column'
  readonly field: AnyField
  readonly references: ReferenceTarget

  /** @internal */
  constructor(field: AnyField, references: ReferenceTarget) {
    this.field = field
    this.references = references
  }

  /** It may point to no row. */
  nullable(): Reference {
    return new Reference(this.field.nullable(), this.references)
  }

  /** Makes it the primary key, or a part of it where several columns say so, as in a table between two others. */
  primaryKey(): Reference {
    return new Reference(this.field.primaryKey(), this.references)
  }
}

/** A column of a table: a field as in a schema, or one with more, made by `column` or `reference`. */
export type ColumnSpec = AnyField | ColumnDefinition

/** Columns by the names of their fields. */
export type ColumnSpecs = Readonly<Record<string, ColumnSpec>>

/** A column with its name in the database. */
export interface NamedColumn {
  readonly name: string
  readonly field: AnyField
  readonly default: SqlFragment | undefined
  readonly references: ReferenceTarget | undefined
}

const actionRule = oneOf('cascade', 'set null', 'set default', 'restrict', 'no action')

const columnRules: OptionRules<ColumnOptions> = {
  default: sqlRule,
  references: ['{ table, columns, onDelete, onUpdate }', isObject],
}

const referenceRules = {
  field: ['a field', (value: unknown) => value instanceof Field],
  column: ['the name of a column', isText],
  onDelete: actionRule,
  onUpdate: actionRule,
} as const

const targetRules: OptionRules<ReferenceTarget> = {
  table: ['the name of a table', isText],
  columns: ['a list of columns', Array.isArray],
  onDelete: actionRule,
  onUpdate: actionRule,
}

/**
 * A column with a default that the database makes, or with a foreign key.
 *
 * ```ts
 * createTable('events', { id: id(), at: column(datetime(), { default: sql`now()` }) })
 * ```
 */
export function column(field: AnyField, options: ColumnOptions = {}): ColumnDefinition {
  checkOptions('column', options, columnRules)
  if (options.references !== undefined) checkTarget('column', options.references)
  return { kind: 'column', field, ...options }
}

/**
 * A column that points to a row of another table: an integer that may not be null, unless `field` says otherwise.
 *
 * ```ts
 * createTable('posts', { id: id(), userId: reference('users', { onDelete: 'cascade' }) })
 * createTable('post_tags', { postId: reference('posts').primaryKey(), tagId: reference('tags').primaryKey() })
 * ```
 */
export function reference(
  table: string,
  options: {
    /** Default `integer()`. */
    readonly field?: AnyField | undefined
    /** The column that is pointed to. Default `id`. */
    readonly column?: string | undefined
    readonly onDelete?: ReferenceAction | undefined
    readonly onUpdate?: ReferenceAction | undefined
  } = {},
): Reference {
  checkOptions('reference', options, referenceRules)
  const { field = integer() as AnyField, column: target = 'id', onDelete, onUpdate } = options
  const references = { table, columns: [target], onDelete, onUpdate }
  checkTarget('reference', references)
  return new Reference(field, references)
}

/** Refuses a target of a foreign key that makes no sense. */
export function checkTarget(where: string, target: ReferenceTarget): void {
  checkOptions(where, target, targetRules)
  if (typeof target.table !== 'string') {
    throw new DbError('ZZZ_DB_OPTION_INVALID', `${where}: the option "table" is missing`)
  }
}

/** The columns of a table with their names in the database. Throws `ZZZ_DB_MIGRATION`. */
export function toColumns(where: string, specs: ColumnSpecs): NamedColumn[] {
  const columns = Object.entries(specs)
    .map(([key, spec]) => toColumn(where, key, spec))
    .filter(({ field }) => !field.parts.virtual)
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new DbError('ZZZ_DB_MIGRATION', `${where}: two columns are named ${twice}`)
  return columns
}

/** A column with its name in the database. */
export function toColumn(where: string, key: string, spec: ColumnSpec): NamedColumn {
  const definition = spec instanceof Field ? column(spec) : spec
  if (definition?.kind !== 'column' || !(definition.field instanceof Field)) {
    throw new DbError('ZZZ_DB_MIGRATION', `${where}: ${key} is no column: give it a field, like text()`)
  }
  const { field, references, default: made } = definition
  return { name: field.parts.column ?? toColumnName(key), field, references, default: made }
}

/** The name of a column that is dropped, which the field that it was may know better. */
export function droppedColumn(
  table: string,
  { column: key, spec }: { readonly column: string; readonly spec: ColumnSpec | undefined },
): string {
  return spec === undefined ? toColumnName(key) : toColumn(`alterTable('${table}')`, key, spec).name
}
