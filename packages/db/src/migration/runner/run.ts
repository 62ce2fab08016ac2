import { basename } from 'node:path'
import { DbError } from '../../errors.ts'
import { applyOperation, needsForeignKeysOff } from '../apply.ts'
import type { MigrationDatabase } from '../migration-database.ts'
import { describeOperation } from '../operations/describe.ts'
import type { Operation } from '../operations/operation.ts'
import type { MigrationFile } from './files.ts'
import type { Session } from './session.ts'

/** One way of a migration. */
export interface Run {
  readonly file: MigrationFile
  readonly operations: readonly Operation[]
  readonly transaction: boolean
  /** Whether it is done already, by another runner. */
  readonly isDone: () => Promise<boolean>
  /** Notes that it is done. */
  readonly record: () => Promise<void>
}

/** Runs one way of a migration; gives false where another runner was first. Throws `ZZZ_DB_MIGRATION_FAILED`. */
export async function runMigration(
  database: MigrationDatabase,
  session: Session,
  run: Run,
): Promise<boolean> {
  const sqlite = database.dialect.name === 'sqlite'
  const task = async () => {
    if (await run.isDone()) return false
    const before = sqlite && off ? await danglingRows(database) : 0
    const missing = sqlite ? await missingParents(database) : []
    for (const operation of run.operations) await applyIn(database, run.file, operation)
    if (sqlite && off) await checkForeignKeys(database, run.file, before)
    if (sqlite) await checkParents(database, run.file, missing)
    await run.record()
    return true
  }
  const off = run.operations.some(needsForeignKeysOff)
  // Without a transaction, SQLite could not keep other runners out.
  if (!sqlite) return run.transaction ? session.transaction(database, task) : task()
  if (!off) return session.transaction(database, task)
  // Inside a transaction this would do nothing.
  await database.exec('pragma foreign_keys = off')
  try {
    return await session.transaction(database, task)
  } finally {
    await database.exec('pragma foreign_keys = on')
  }
}

async function applyIn(
  database: MigrationDatabase,
  file: MigrationFile,
  operation: Operation,
): Promise<void> {
  try {
    await applyOperation(database, operation)
  } catch (cause) {
    const { message } = cause as Error
    throw new DbError(
      'ZZZ_DB_MIGRATION_FAILED',
      `${basename(file.path)}: ${describeOperation(operation)}: ${message}`,
      { cause },
    )
  }
}

async function danglingRows({ rows }: MigrationDatabase): Promise<number> {
  const [row] = await rows('select count(*) as "count" from pragma_foreign_key_check')
  return Number(row?.count)
}

async function checkForeignKeys(
  database: MigrationDatabase,
  file: MigrationFile,
  before: number,
): Promise<void> {
  if ((await danglingRows(database)) <= before) return
  const [row] = await database.rows(
    'select "table", parent from pragma_foreign_key_check order by rowid desc limit 1',
  )
  throw new DbError(
    'ZZZ_DB_MIGRATION_FAILED',
    `${basename(file.path)}: rows of ${row?.table} would point to rows of ${row?.parent} that are not there`,
  )
}

/** Foreign keys to a table that does not exist, which SQLite takes and only refuses at the first write. */
async function missingParents({ rows }: MigrationDatabase): Promise<string[]> {
  const found = await rows(
    `select distinct t.name as "child", k."table" as "parent" from sqlite_schema as t, pragma_foreign_key_list(t.name) as k
      where t.type = 'table' and not exists
        (select 1 from sqlite_schema as p where p.type = 'table' and p.name = k."table" collate nocase)`,
  )
  return found.map(({ child, parent }) => `${child} refers to the table ${parent}`)
}

async function checkParents(
  database: MigrationDatabase,
  file: MigrationFile,
  before: readonly string[],
): Promise<void> {
  const missing = (await missingParents(database)).find((each) => !before.includes(each))
  if (missing === undefined) return
  throw new DbError(
    'ZZZ_DB_MIGRATION_FAILED',
    `${basename(file.path)}: ${missing}, which does not exist: create that one first, or correct the name`,
  )
}
