import type { Dialect } from '../../compiler/dialect.ts'
import { toColumnName } from '../../schema/column-name.ts'
import type { Alteration, ChangeColumn } from '../operations/alteration.ts'
import { droppedColumn, toColumn } from '../operations/column.ts'
import { inline } from './inline.ts'
import { name, tableName } from './names.ts'
import { checkText, columnText, defaultText, foreignKeyName, foreignKeyText } from './table.ts'

/** `alter table …`: one statement for what goes together; renames stand alone. */
export function alterTableTexts(dialect: Dialect, table: string, changes: readonly Alteration[]): string[] {
  const begin = `alter table ${tableName(dialect, table)}`
  const texts: string[] = []
  let actions: string[] = []
  const flush = () => {
    if (actions.length > 0) texts.push(`${begin} ${actions.join(', ')}`)
    actions = []
  }
  for (const change of changes) {
    if (change.kind === 'renameColumn') {
      flush()
      texts.push(`${begin} rename column ${column(change.from)} to ${column(change.to)}`)
    } else actions.push(...actionsOf(dialect, table, change))
  }
  flush()
  return texts
}

function actionsOf(
  dialect: Dialect,
  table: string,
  change: Exclude<Alteration, { kind: 'renameColumn' }>,
): string[] {
  switch (change.kind) {
    case 'addColumn': {
      const added = toColumn(`alterTable('${table}')`, change.column, change.spec)
      const action = `add column ${columnText(dialect, added, true)}`
      if (added.references === undefined) return [action]
      return [action, `add ${foreignKeyText(dialect, table, [added.name], added.references)}`]
    }
    case 'dropColumn':
      return [`drop column ${name(droppedColumn(table, change))}`]
    case 'changeColumn':
      return changeColumn(dialect, table, change)
    case 'addCheck':
      return [`add ${checkText(dialect, change)}${change.validate ? '' : ' not valid'}`]
    case 'addForeignKey': {
      const { columns, target } = change
      const text = foreignKeyText(dialect, table, columns, target)
      return [`add ${text}${target.validate === false ? ' not valid' : ''}`]
    }
    case 'dropCheck':
      return [`drop constraint ${name(change.name)}`]
    case 'dropForeignKey':
      return [`drop constraint ${name(foreignKeyName(table, change.columns, change.name))}`]
    case 'validateConstraint':
      return [`validate constraint ${name(change.name)}`]
  }
}

/** Only what differs, so that a new default does not write the table anew. */
function changeColumn(dialect: Dialect, table: string, change: ChangeColumn): string[] {
  const where = `alterTable('${table}')`
  const from = toColumn(where, change.column, change.from)
  const to = toColumn(where, change.column, change.to)
  const begin = `alter column ${name(to.name)}`
  const [before, after] = [defaultText(dialect, from), defaultText(dialect, to)]
  const types = [from, to].map(({ field }) => dialect.codec(field.parts.type).column)
  const actions: string[] = []
  const converts = types[0] !== types[1] || change.using !== undefined
  // A default of the old type may not fit the new one.
  if (before !== undefined && (converts || after === undefined)) actions.push(`${begin} drop default`)
  if (converts) {
    const using = change.using === undefined ? `${name(to.name)}::${types[1]}` : inline(dialect, change.using)
    actions.push(`${begin} type ${types[1]} using ${using}`)
  }
  if (after !== undefined && (converts || after !== before)) actions.push(`${begin} set default ${after}`)
  const [wasNullable, isNullable] = [from.field.parts.nullable, to.field.parts.nullable]
  if (wasNullable !== isNullable) actions.push(`${begin} ${isNullable ? 'drop' : 'set'} not null`)
  return actions
}

function column(field: string): string {
  return name(toColumnName(field))
}
