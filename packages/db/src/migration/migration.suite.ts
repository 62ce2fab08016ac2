import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRepo } from '../repo/create-repo.ts'
import type { Repo } from '../repo/repo.ts'

const preamble = `
import { bigint, bytes, boolean, date, datetime, decimal, enumeration, float, from, id, integer, json, schema, sql, string, text, timestamps, uuid } from '@zzz/db'
import * as m from '@zzz/db/migration'
const { addCheck, addColumn, addForeignKey, alterTable, changeColumn, column, createIndex, createTable, dropCheck, dropColumn, dropForeignKey, dropIndex, dropIndexNamed, dropTable, execute, nothing, reference, renameColumn, renameTable, run, validateConstraint } = m
`

/** A folder of migrations, inside the repository, so that they find our packages. */
export interface MigrationFolder extends Disposable {
  readonly folder: string
  /** Writes a migration: the number of its day, and what it exports. */
  write(day: number, name: string, body: string): string
}

/** Makes a folder for migrations, which is gone when it is disposed of. */
export function migrationFolder(): MigrationFolder {
  const root = join(import.meta.dirname, '../../../../.tmp')
  mkdirSync(root, { recursive: true })
  const folder = mkdtempSync(join(root, 'migrations-'))
  return {
    folder,
    write(day, name, body) {
      const path = join(folder, `${20260100000000 + day * 1_000_000}_${name}.ts`)
      writeFileSync(path, `${preamble}${body}\n`)
      return path
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

/** A repo without schemas. */
export function bareRepo(url: string): Repo<Record<never, never>> {
  return createRepo({ url, schemas: [] })
}

/** The rows of SQL. */
export function rowsOf(repo: Repo<never>, text: string): Promise<Record<string, unknown>[]> {
  return repo.rawAll({ sql: text, parameters: [] })
}

/** Runs one statement. */
export async function exec(repo: Repo<never>, text: string): Promise<void> {
  await repo.rawExec({ sql: text, parameters: [] })
}
