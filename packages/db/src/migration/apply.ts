import { DbError } from '../errors.ts'
import { SqlFragment } from '../query/sql.ts'
import { toColumnName } from '../schema/column-name.ts'
import { alterTableTexts } from './ddl/alter-postgres.ts'
import { besideTable, name, renamedTable, tableName } from './ddl/names.ts'
import { columnText, createTableText } from './ddl/table.ts'
import { createIndexText, dropIndexText } from './ddl/table-index.ts'
import type { MigrationDatabase } from './migration-database.ts'
import type { Alteration } from './operations/alteration.ts'
import { toColumn } from './operations/column.ts'
import type { Operation, SqlByDatabase } from './operations/operation.ts'
import { type CreateIndex, indexName } from './operations/table-index.ts'
import { rebuildTable } from './sqlite/rebuild.ts'

/** Does what an operation says. */
export async function applyOperation(database: MigrationDatabase, operation: Operation): Promise<void> {
  const { dialect, repo, exec } = database
  switch (operation.kind) {
    case 'createTable':
      return exec(createTableText(dialect, operation))
    case 'dropTable':
      if (dialect.name === 'sqlite') await refuseReferenced(database, operation.table)
      return exec(`drop table ${tableName(dialect, operation.table)}`)
    case 'renameTable': {
      const from = tableName(dialect, operation.from)
      return exec(`alter table ${from} rename to ${renamedTable(operation.from, operation.to)}`)
    }
    case 'alterTable':
      return alterTable(database, operation.table, operation.changes)
    case 'createIndex':
      if (operation.concurrently === true) await dropInvalid(database, operation)
      return exec(createIndexText(dialect, operation))
    case 'dropIndex':
      return exec(dropIndexText(dialect, operation))
    case 'execute': {
      const statement = sqlFor(operation.sql, dialect.name)
      if (statement !== undefined) await repo.rawExec(statement)
      return
    }
    case 'run':
      await operation.task(repo)
  }
}

/** Whether an operation drops or rebuilds a table in SQLite, for which foreign keys have to be off. */
export function needsForeignKeysOff(operation: Operation): boolean {
  if (operation.kind === 'dropTable') return true
  return operation.kind === 'alterTable' && operation.changes.some((change) => !isInPlace(change))
}

async function alterTable(
  database: MigrationDatabase,
  table: string,
  changes: readonly Alteration[],
): Promise<void> {
  const { dialect, exec } = database
  if (dialect.name === 'postgres') {
    for (const text of alterTableTexts(dialect, table, changes)) await exec(text)
    return
  }
  const own = tableName(dialect, table)
  for (const group of groups(changes)) {
    const [first] = group
    if (first?.kind === 'renameColumn') {
      const [from, to] = [toColumnName(first.from), toColumnName(first.to)]
      await exec(`alter table ${own} rename column ${name(from)} to ${name(to)}`)
    } else if (group.every(isInPlace)) {
      for (const change of group) {
        if (change.kind !== 'addColumn') continue
        const column = toColumn(`alterTable('${table}')`, change.column, change.spec)
        await exec(`alter table ${own} add column ${columnText(dialect, column, true)}`)
      }
    } else {
      await rebuildTable(database, table, group as Exclude<Alteration, { kind: 'renameColumn' }>[])
    }
  }
}

/** Renames stand alone, what is between them goes together. */
function groups(changes: readonly Alteration[]): Alteration[][] {
  const result: Alteration[][] = []
  for (const change of changes) {
    const last = result.at(-1)
    const joins = change.kind !== 'renameColumn' && last?.[0]?.kind !== 'renameColumn'
    if (joins && last !== undefined) last.push(change)
    else result.push([change])
  }
  return result
}

/** What SQLite's own `alter table` can do: among columns, those that the rows that are there fit. */
export function isInPlace(change: Alteration): boolean {
  if (change.kind === 'renameColumn' || change.kind === 'validateConstraint') return true
  if (change.kind !== 'addColumn') return false
  const { field, references, default: made } = toColumn('addColumn', change.column, change.spec)
  const { nullable, primaryKey, default: value } = field.parts
  const constant = value !== undefined && 'value' in value && value.value !== null
  return references === undefined && made === undefined && !primaryKey && (nullable || constant)
}

/** PostgreSQL refuses this by itself. */
async function refuseReferenced({ rows }: MigrationDatabase, table: string): Promise<void> {
  const text = `'${table.replaceAll("'", "''")}'`
  const found = await rows(
    `select distinct t.name from sqlite_schema as t, pragma_foreign_key_list(t.name) as k
      where t.type = 'table' and k."table" = ${text} collate nocase and t.name <> ${text} collate nocase`,
  )
  if (found.length === 0) return
  const others = found.map((row) => row.name).join(', ')
  throw new DbError('ZZZ_DB_MIGRATION', `The table ${table} cannot be dropped: ${others} points to it`)
}

/** What a concurrent index that failed has left behind is of no use, and in the way of the next attempt. */
async function dropInvalid({ dialect, rows, exec }: MigrationDatabase, index: CreateIndex): Promise<void> {
  if (dialect.name !== 'postgres') return
  const own = besideTable(dialect, index.table, indexName(index))
  const found = await rows(
    `select 1 from pg_index where indexrelid = to_regclass('${own.replaceAll("'", "''")}') and not indisvalid`,
  )
  if (found.length > 0) await exec(`drop index concurrently ${own}`)
}

/** The SQL that a database gets. */
function sqlFor(sql: SqlByDatabase, database: 'sqlite' | 'postgres'): SqlFragment | undefined {
  return sql instanceof SqlFragment ? sql : sql[database]
}
