import { DbError } from '../../errors.ts'
import { internalsOf } from '../../repo/internals.ts'
import type { AnyRepo } from '../../repo/repo.ts'
import { literal } from '../ddl/inline.ts'
import { name } from '../ddl/names.ts'
import type { MigrationDatabase } from '../migration-database.ts'
import { readHistory } from './history.ts'
import { pgDump } from './pg-dump.ts'
import { databaseOf } from './session.ts'

/**
 * The structure of a database as SQL, with the list of the migrations that it has had: to read what migrations came to, and
 * for `loadStructure`. PostgreSQL's is written by its program `pg_dump`, which has to be installed.
 *
 * Throws `ZZZ_DB_STRUCTURE` when that is not there or fails.
 */
export async function dumpStructure(repo: AnyRepo): Promise<string> {
  const { url } = internalsOf('dumpStructure', repo)
  const database = databaseOf('dumpStructure', repo)
  const sqlite = database.dialect.name === 'sqlite'
  const structure = sqlite ? await dumpSqlite(database) : await pgDump(url)
  return [structure, ...(await dumpHistory(database))].join('\n')
}

/**
 * Makes an empty database what `dumpStructure` described, all or nothing; the migrations that the other one had count as
 * applied, so `migrate` goes on from there.
 *
 * Throws `ZZZ_DB_STRUCTURE` where there are tables already, and `ZZZ_DB_FAILED` for what the database refuses.
 */
export async function loadStructure(repo: AnyRepo, structure: string): Promise<void> {
  const { driver, transactions } = internalsOf('loadStructure', repo)
  await refuseTables(databaseOf('loadStructure', repo))
  const connection = await transactions.outside(async () => driver.open('write'))
  let state: 'clean' | 'unknown' = 'unknown'
  try {
    await connection.script(driver.begin({}))
    await connection.script(structure)
    await connection.script('commit')
    // What pg_dump sets for its session, like an empty search path, has to go with the connection.
    if (driver.dialect.name === 'sqlite') state = 'clean'
  } finally {
    connection.release(state)
  }
}

/** In the order of their making; what belongs to a virtual table is made by it. */
async function dumpSqlite({ rows }: MigrationDatabase): Promise<string> {
  const objects = await rows(
    `select sql from sqlite_schema
      where sql is not null and name not like 'sqlite\\_%' escape '\\'
        and name not in (select name from pragma_table_list where type = 'shadow')
      order by rowid`,
  )
  return objects.map((row) => `${row.sql};\n`).join('')
}

async function dumpHistory(database: MigrationDatabase): Promise<string[]> {
  const { dialect, rows } = database
  const history = await readHistory(database)
  if (history.length === 0) return []
  // The dump of PostgreSQL leaves no search path.
  const [place] = dialect.name === 'postgres' ? await rows('select current_schema() as "schema"') : []
  const table =
    place === undefined ? 'schema_migrations' : `${name(place.schema as string)}.schema_migrations`
  return history.map((applied) => {
    const values = [applied.version, applied.name, applied.checksum, applied.appliedAt]
    const list = values.map((value) => literal(dialect, value)).join(', ')
    return `insert into ${table} ("version", "name", "checksum", "applied_at") values (${list});`
  })
}

async function refuseTables({ dialect, rows }: MigrationDatabase): Promise<void> {
  const [found] = await rows(
    dialect.name === 'sqlite'
      ? `select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'`
      : `select table_name as name from information_schema.tables
          where table_schema not in ('pg_catalog', 'information_schema') limit 1`,
  )
  if (found === undefined) return
  throw new DbError(
    'ZZZ_DB_STRUCTURE',
    `loadStructure: the database is not empty, it has the table ${found.name}: load into a new one`,
  )
}
