import { type Dialect, quote } from '../../compiler/dialect.ts'
import { DbError } from '../../errors.ts'
import { toColumnName } from '../../schema/column-name.ts'
import { inline } from '../ddl/inline.ts'
import { checkText, columnText, foreignKeyName, foreignKeyText } from '../ddl/table.ts'
import type { Alteration } from '../operations/alteration.ts'
import { droppedColumn, type NamedColumn, toColumn } from '../operations/column.ts'
import { replaceColumn } from './column-text.ts'
import { mentions, type TableText, tokenize, unquote } from './table-text.ts'

/** A table on its way to another form. */
export interface TableEdit {
  readonly text: TableText
  /** What each column of the new table gets, as SQL of the old one; those that are new get their defaults. */
  readonly copy: ReadonlyMap<string, string>
  /** Columns that are gone, and their indexes with them. */
  readonly dropped: readonly string[]
}

/** A table that is built anew as it is. Generated columns are not copied. */
export function beginEdit(text: TableText, generated: ReadonlySet<string>): TableEdit {
  const names = text.columns.map(({ name }) => name).filter((name) => !generated.has(name))
  return { text, copy: new Map(names.map((name) => [name, quote(name)])), dropped: [] }
}

/** Makes a change of a table, other than a rename. Throws `ZZZ_DB_MIGRATION` for what is not there. */
export function editTable(
  dialect: Dialect,
  table: string,
  edit: TableEdit,
  change: Exclude<Alteration, { kind: 'renameColumn' }>,
): TableEdit {
  const where = `alterTable('${table}')`
  switch (change.kind) {
    case 'addColumn':
      return addColumn(dialect, table, edit, toColumn(where, change.column, change.spec))
    case 'dropColumn':
      return dropColumn(table, edit, droppedColumn(table, change))
    case 'changeColumn': {
      const to = toColumn(where, change.column, change.to)
      const old = findColumn(table, edit.text, to.name)
      const plain = columnText(dialect, to, false).slice(quote(to.name).length + 1)
      const copy = new Map(edit.copy)
      if (change.using !== undefined) copy.set(old.name, `(${inline(dialect, change.using)})`)
      const columns = edit.text.columns.map((each) =>
        each === old ? { name: old.name, rest: replaceColumn(old.rest, plain) } : each,
      )
      return { ...edit, copy, text: { ...edit.text, columns } }
    }
    case 'addCheck':
      return addConstraint(edit, checkText(dialect, change))
    case 'addForeignKey':
      return addConstraint(edit, foreignKeyText(dialect, table, change.columns, change.target))
    case 'dropCheck':
      return dropConstraint(table, edit, `the check ${change.name}`, (text) => isNamed(text, change.name))
    case 'dropForeignKey': {
      const own = foreignKeyName(table, change.columns, change.name)
      const columns = change.columns.map(toColumnName)
      return dropConstraint(table, edit, `the foreign key ${own}`, (text) => {
        return isNamed(text, own) || (change.name === undefined && isForeignKey(text, columns))
      })
    }
    case 'validateConstraint':
      return edit
  }
}

function addColumn(dialect: Dialect, table: string, edit: TableEdit, column: NamedColumn): TableEdit {
  const rest = columnText(dialect, column, true).slice(quote(column.name).length + 1)
  const columns = [...edit.text.columns, { name: column.name, rest }]
  const added = { ...edit, text: { ...edit.text, columns } }
  if (column.references === undefined) return added
  return addConstraint(added, foreignKeyText(dialect, table, [column.name], column.references))
}

/** As in PostgreSQL, constraints that name the column go with it. */
function dropColumn(table: string, edit: TableEdit, name: string): TableEdit {
  const old = findColumn(table, edit.text, name)
  const copy = new Map(edit.copy)
  copy.delete(old.name)
  const text = {
    ...edit.text,
    columns: edit.text.columns.filter((each) => each !== old),
    constraints: edit.text.constraints.filter((constraint) => !names(constraint, old.name)),
  }
  return { text, copy, dropped: [...edit.dropped, old.name] }
}

/** Whether a constraint is about a column: the name of a table or column behind `references` does not count. */
function names(constraint: string, column: string): boolean {
  const tokens = tokenize(constraint)
  const end = tokens.find(({ text }) => text.toLowerCase() === 'references')
  const own = constraint.slice(0, end?.start)
  return tokenize(own).some(({ text }) => text.startsWith('(') && mentions(text, column))
}

function addConstraint(edit: TableEdit, constraint: string): TableEdit {
  return { ...edit, text: { ...edit.text, constraints: [...edit.text.constraints, constraint] } }
}

function dropConstraint(
  table: string,
  edit: TableEdit,
  what: string,
  isIt: (constraint: string) => boolean,
): TableEdit {
  const found = edit.text.constraints.find(isIt)
  if (found === undefined) {
    const known = edit.text.constraints.join('; ') || 'none'
    throw new DbError('ZZZ_DB_MIGRATION', `The table ${table} has not ${what}; its constraints: ${known}`)
  }
  const constraints = edit.text.constraints.filter((each) => each !== found)
  return { ...edit, text: { ...edit.text, constraints } }
}

function isNamed(constraint: string, name: string): boolean {
  const [first, second] = tokenize(constraint)
  return first?.text.toLowerCase() === 'constraint' && unquote(second?.text ?? '') === name.toLowerCase()
}

/** `foreign key (a, b) references …`, whatever its name. */
function isForeignKey(constraint: string, columns: readonly string[]): boolean {
  const tokens = tokenize(constraint).map(({ text }) => text)
  const start = tokens.findIndex((text) => text.toLowerCase() === 'foreign')
  const list = start < 0 ? undefined : tokens[start + 2]
  if (list === undefined) return false
  const named = tokenize(list.slice(1, -1)).filter(({ text }) => text !== ',')
  return named.map(({ text }) => unquote(text)).join() === columns.join().toLowerCase()
}

function findColumn(table: string, { columns }: TableText, name: string) {
  const found = columns.find((column) => column.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  const known = columns.map((column) => column.name).join(', ')
  throw new DbError('ZZZ_DB_MIGRATION', `The table ${table} has no column ${name}; it has ${known}`)
}
