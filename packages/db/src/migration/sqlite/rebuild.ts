import { quote } from '../../compiler/dialect.ts'
import { DbError } from '../../errors.ts'
import { name } from '../ddl/names.ts'
import type { MigrationDatabase } from '../migration-database.ts'
import type { Alteration } from '../operations/alteration.ts'
import { beginEdit, editTable, type TableEdit } from './edit-table.ts'
import { formatTable, mentions, parseTable } from './table-text.ts'

/** An index, trigger or view. */
interface SchemaObject {
  readonly type: string
  readonly name: string
  readonly table: string
  readonly sql: string
}

type Edit = Exclude<Alteration, { kind: 'renameColumn' }>

/**
 * Changes a table by building it anew, as https://www.sqlite.org/lang_altertable.html#otheralter has it: a new table, the
 * rows copied, the old one dropped, the new one renamed, indexes and triggers made again. Foreign keys have to be off,
 * which is only possible outside of transactions; what then points nowhere is found by who turned them off.
 */
export async function rebuildTable(
  database: MigrationDatabase,
  table: string,
  changes: readonly Edit[],
): Promise<void> {
  const { dialect, exec } = database
  const old = await findTable(database, table)
  const before = beginEdit(parseTable(old.sql), await generatedColumns(database, old.name))
  const edit = changes.reduce<TableEdit>((state, change) => editTable(dialect, table, state, change), before)
  const objects = await objectsOf(database, old.name)
  const [from, to] = [name(old.name), name(`zzz_new_${old.name}`)]

  await exec(formatTable(`zzz_new_${old.name}`, edit.text))
  const columns = [...edit.copy.keys()].map(quote).join(', ')
  await exec(`insert into ${to} (${columns}) select ${[...edit.copy.values()].join(', ')} from ${from}`)
  if (/\bautoincrement\b/i.test(edit.text.columns.map(({ rest }) => rest).join(' '))) {
    await keepCounter(database, old.name)
  }
  await exec(`drop table ${from}`)
  // Otherwise the rename fails because of views that name the table, which is away at this moment.
  await exec('pragma legacy_alter_table = on')
  try {
    await exec(`alter table ${to} rename to ${from}`)
  } finally {
    await exec('pragma legacy_alter_table = off')
  }
  for (const { sql, type } of objects) {
    const gone = type === 'index' && edit.dropped.some((column) => mentions(sql, column))
    if (!gone) await exec(sql)
  }
  await checkDependents(database, old.name)
}

/** A table under the name that it has in the schema, with its SQL. Throws `ZZZ_DB_MIGRATION`. */
async function findTable({ rows }: MigrationDatabase, table: string): Promise<SchemaObject> {
  const text = literalText(table)
  const [found] = await rows(
    `select type, name, tbl_name as "table", sql from sqlite_schema where type = 'table' and name = ${text} collate nocase`,
  )
  if (found !== undefined) return found as unknown as SchemaObject
  throw new DbError('ZZZ_DB_MIGRATION', `There is no table ${table}`)
}

async function generatedColumns({ rows }: MigrationDatabase, table: string): Promise<Set<string>> {
  const found = await rows(`select name from pragma_table_xinfo(${literalText(table)}) where hidden > 1`)
  return new Set(found.map((row) => row.name as string))
}

/** Indexes and triggers of a table; those that SQLite makes by itself have no SQL. */
async function objectsOf({ rows }: MigrationDatabase, table: string): Promise<SchemaObject[]> {
  const found = await rows(
    `select type, name, tbl_name as "table", sql from sqlite_schema
      where type in ('index', 'trigger') and sql is not null and tbl_name = ${literalText(table)} collate nocase
      order by type, rowid`,
  )
  return found as unknown as SchemaObject[]
}

/** Numbers that were given once are not given again. */
async function keepCounter({ exec }: MigrationDatabase, table: string): Promise<void> {
  const [from, to] = [literalText(table), literalText(`zzz_new_${table}`)]
  await exec(`delete from sqlite_sequence where name = ${to}`)
  await exec(
    `insert into sqlite_sequence (name, seq) select ${to}, seq from sqlite_sequence where name = ${from}`,
  )
}

/** Views and triggers that use what is gone would fail at their first use; they fail now. */
async function checkDependents({ rows }: MigrationDatabase, table: string): Promise<void> {
  const found = (await rows(
    `select type, name, tbl_name as "table", sql from sqlite_schema where type in ('view', 'trigger') order by type desc, rowid`,
  )) as unknown as SchemaObject[]
  for (const { type, name: own, table: on, sql } of found.filter((each) => mentions(each.sql, table))) {
    const probe = type === 'view' ? `select 1 from ${quote(own)}` : await probeOf(rows, on, sql)
    try {
      await rows(`explain ${probe}`)
    } catch (cause) {
      const { message } = cause as Error
      throw new DbError(
        'ZZZ_DB_MIGRATION',
        `The ${type} ${own} does not fit the new table ${table}: drop it before and create it again after: ${message}`,
        { cause },
      )
    }
  }
}

/** A statement that would fire a trigger. */
async function probeOf(rows: MigrationDatabase['rows'], table: string, sql: string): Promise<string> {
  const event = /\b(?:insert|update|delete)\b/i.exec(sql)?.[0].toLowerCase()
  if (event === 'delete') return `delete from ${quote(table)}`
  if (event === 'insert') return `insert into ${quote(table)} default values`
  const columns = await rows(`select name from pragma_table_xinfo(${literalText(table)}) where hidden = 0`)
  const names = columns.map((row) => quote(row.name as string))
  return `update ${quote(table)} set ${names.map((one) => `${one} = ${one}`).join(', ')}`
}

function literalText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
