import type { Dialect } from '../../compiler/dialect.ts'
import { toColumnName } from '../../schema/column-name.ts'
import type { AddCheck, ForeignKeyTarget } from '../operations/alteration.ts'
import { type NamedColumn, toColumns } from '../operations/column.ts'
import type { CreateTable } from '../operations/operation.ts'
import { fieldLiteral, inline } from './inline.ts'
import { bareName, columnNames, name, tableName } from './names.ts'

/** `create table …` */
export function createTableText(dialect: Dialect, table: CreateTable): string {
  const columns = toColumns(`createTable('${table.table}')`, table.columns)
  const key = columns.filter(({ field }) => field.parts.primaryKey)
  const parts = columns.map((column) => columnText(dialect, column, key.length === 1))
  if (key.length > 1) parts.push(`primary key (${key.map((column) => name(column.name)).join(', ')})`)
  for (const column of columns) {
    if (column.references !== undefined) {
      parts.push(foreignKeyText(dialect, table.table, [column.name], column.references))
    }
  }
  for (const { from, ...target } of table.foreignKeys ?? []) {
    parts.push(foreignKeyText(dialect, table.table, from, target))
  }
  for (const [own, condition] of Object.entries(table.checks ?? {})) {
    parts.push(checkText(dialect, { name: own, condition }))
  }
  const strict = dialect.name === 'sqlite' ? ' strict' : ''
  return `create table ${tableName(dialect, table.table)} (\n  ${parts.join(',\n  ')}\n)${strict}`
}

/** A column as it stands in `create table` and `add column`, without its foreign key. */
export function columnText(dialect: Dialect, column: NamedColumn, alone: boolean): string {
  const { type, nullable, primaryKey, generated } = column.field.parts
  const words = [name(column.name), dialect.codec(type).column]
  // SQLite counts up exactly what is called `integer primary key`.
  if (!nullable && !(generated && dialect.name === 'sqlite')) words.push('not null')
  const made = defaultText(dialect, column)
  if (made !== undefined) words.push(`default ${made}`)
  if (primaryKey && alone) words.push('primary key')
  return words.join(' ')
}

/** The default of a column, where it has one that the database knows. */
export function defaultText(dialect: Dialect, column: NamedColumn): string | undefined {
  if (column.default !== undefined) return `(${inline(dialect, column.default)})`
  const made = column.field.parts.default
  return made !== undefined && 'value' in made ? fieldLiteral(dialect, column.field, made.value) : undefined
}

/** `constraint … foreign key …` */
export function foreignKeyText(
  dialect: Dialect,
  table: string,
  columns: readonly string[],
  target: ForeignKeyTarget,
): string {
  const { columns: ends = ['id'], onDelete, onUpdate } = target
  const own = foreignKeyName(table, columns, target.name)
  let text = `constraint ${name(own)} foreign key (${columnNames(columns)})`
  text += ` references ${tableName(dialect, target.table)} (${columnNames(ends)})`
  if (onDelete !== undefined) text += ` on delete ${onDelete}`
  if (onUpdate !== undefined) text += ` on update ${onUpdate}`
  return text
}

/** The name of a foreign key: the one that is given, or `<table>_<columns>_fkey`, as PostgreSQL calls it. */
export function foreignKeyName(table: string, columns: readonly string[], given?: string): string {
  return given ?? [bareName(table), ...columns.map(toColumnName), 'fkey'].join('_')
}

/** `constraint … check …` */
export function checkText(
  dialect: Dialect,
  { name: own, condition }: Pick<AddCheck, 'name' | 'condition'>,
): string {
  return `constraint ${name(own)} check (${inline(dialect, condition)})`
}
