import type { Conflict, DeleteStatement, InsertStatement, UpdateStatement } from '../query/write.ts'
import type { Column } from '../schema/schema.ts'
import { quote } from './dialect.ts'
import { writeNode } from './expression.ts'
import { type WrittenSelect, writeConditions, writeSource } from './select.ts'
import { type Writer, writeValue } from './writer.ts'

/** Writes an insert. */
export function writeInsert(writer: Writer, statement: InsertStatement): WrittenSelect {
  const { schema, columns, rows, conflict, returning } = statement
  const source = writeSource(writer, { kind: 'table', key: '', alias: schema.table, schema })
  let text = `insert into ${source.replace(/ as [^ ]+$/, '')}`
  if (columns.length === 0) text += ' default values'
  else {
    const row = () => `(${columns.map(({ type }) => writeValue(writer, type)).join(', ')})`
    text += ` (${names(columns)}) values ${Array.from({ length: rows }, row).join(', ')}`
  }
  if (conflict !== undefined) text += writeConflict(schema.table, conflict, returning)
  return withReturning(text, schema.columns, returning)
}

/** Databases return a row that was there only when it is written, so one that is left as it is gets a value that it has. */
function writeConflict(table: string, { target, replace }: Conflict, returning: boolean): string {
  const [first] = target
  const taken = replace.map(({ name }) => `${quote(name)} = excluded.${quote(name)}`)
  if (first !== undefined && taken.length === 0 && returning) {
    taken.push(`${quote(first.name)} = ${quote(table)}.${quote(first.name)}`)
  }
  const where = target.length === 0 ? '' : ` (${names(target)})`
  return ` on conflict${where} ${taken.length === 0 ? 'do nothing' : `do update set ${taken.join(', ')}`}`
}

/** Writes an update. */
export function writeUpdate(
  writer: Writer,
  { source, set, where, returning }: UpdateStatement,
): WrittenSelect {
  const changes = set.map(({ column, node }) => `${quote(column.name)} = ${writeNode(writer, node)}`)
  const text = `update ${writeSource(writer, source)} set ${changes.join(', ')}${writeConditions(writer, 'where', where)}`
  return withReturning(text, source.schema.columns, returning)
}

/** Writes a delete. */
export function writeDelete(writer: Writer, { source, where, returning }: DeleteStatement): WrittenSelect {
  const text = `delete from ${writeSource(writer, source)}${writeConditions(writer, 'where', where)}`
  return withReturning(text, source.schema.columns, returning)
}

function withReturning(text: string, columns: readonly Column[], returning: boolean): WrittenSelect {
  const output = { kind: 'row', first: 0, columns, optional: false } as const
  return { text: returning ? `${text} returning ${names(columns)}` : text, output }
}

function names(columns: readonly Column[]): string {
  return columns.map(({ name }) => quote(name)).join(', ')
}
