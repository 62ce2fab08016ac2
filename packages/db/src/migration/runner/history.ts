import { sql } from '../../query/sql.ts'
import type { MigrationDatabase } from '../migration-database.ts'
import type { MigrationFile } from './files.ts'

/** A migration that a database has had. */
export interface AppliedMigration {
  readonly version: string
  readonly name: string
  readonly checksum: string
  /** When, in UTC: `2026-11-24T06:30:00.000Z`. */
  readonly appliedAt: string
}

/** Makes the table `schema_migrations`, where there is none yet. */
export async function prepareHistory(database: MigrationDatabase): Promise<void> {
  if (await hasHistory(database)) return
  const strict = database.dialect.name === 'sqlite' ? ' strict' : ''
  await database.exec(
    `create table if not exists "schema_migrations" (
  "version" text not null primary key,
  "name" text not null,
  "checksum" text not null,
  "applied_at" text not null
)${strict}`,
  )
}

/** What a database has had, the oldest first. */
export async function readHistory(database: MigrationDatabase): Promise<AppliedMigration[]> {
  if (!(await hasHistory(database))) return []
  const rows = await database.rows(
    `select "version", "name", "checksum", "applied_at" as "appliedAt" from "schema_migrations" order by "version"`,
  )
  return rows as unknown as AppliedMigration[]
}

async function hasHistory({ dialect, rows }: MigrationDatabase): Promise<boolean> {
  const [found] = await rows(
    dialect.name === 'sqlite'
      ? `select 1 as "found" from sqlite_schema where type = 'table' and name = 'schema_migrations'`
      : `select 1 as "found" where to_regclass('schema_migrations') is not null`,
  )
  return found !== undefined
}

/** Notes that a migration was applied. */
export async function addToHistory({ repo }: MigrationDatabase, file: MigrationFile): Promise<void> {
  const { version, name, checksum } = file
  await repo.rawExec(
    sql`insert into schema_migrations (version, name, checksum, applied_at)
      values (${version}, ${name}, ${checksum}, ${new Date().toISOString()})`,
  )
}

/** Notes that a migration was rolled back. */
export async function removeFromHistory({ repo }: MigrationDatabase, version: string): Promise<void> {
  await repo.rawExec(sql`delete from schema_migrations where version = ${version}`)
}

/** Takes a changed file for the one that was applied. */
export async function acceptChecksum({ repo }: MigrationDatabase, file: MigrationFile): Promise<void> {
  await repo.rawExec(
    sql`update schema_migrations set checksum = ${file.checksum} where version = ${file.version}`,
  )
}
