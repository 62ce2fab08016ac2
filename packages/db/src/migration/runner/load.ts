import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DbError } from '../../errors.ts'
import { type Operation, operationKinds } from '../operations/operation.ts'
import { reverseAll } from '../operations/reverse.ts'
import type { MigrationFile } from './files.ts'

/** A migration, ready to run. */
export interface Migration {
  readonly file: MigrationFile
  readonly up: readonly Operation[]
  /** Throws `ZZZ_DB_MIGRATION_IRREVERSIBLE` where there is no way back. */
  readonly down: () => readonly Operation[]
  /** Whether all of it happens or nothing. */
  readonly transaction: boolean
}

const known = ['change', 'up', 'down', 'transaction', 'default']

/** Imports a migration. Throws `ZZZ_DB_MIGRATION` and `ZZZ_DB_MIGRATION_IRREVERSIBLE`. */
export async function loadMigration(file: MigrationFile): Promise<Migration> {
  const where = basename(file.path)
  const module = await importFile(where, file)
  const unknown = Object.keys(module).find((name) => !known.includes(name))
  if (unknown !== undefined || module.default !== undefined) {
    throw malformed(
      where,
      `it exports ${unknown ?? 'default'}; known are change, or up and down, and transaction`,
    )
  }
  const { change, up, down, transaction = true } = module
  if (typeof transaction !== 'boolean') throw malformed(where, 'transaction has to be true or false')
  if ((change === undefined) === (up === undefined) || (change !== undefined && down !== undefined)) {
    throw malformed(where, 'it has to export either change, or up and, where there is a way back, down')
  }
  const migration = { file, transaction, up: toOperations(where, change ?? up) }
  checkConcurrent(where, transaction, migration.up)
  if (change !== undefined) {
    // Known before anything runs, rather than on the day when it has to be undone.
    const reverse = inFile(where, () => reverseAll(migration.up))
    return { ...migration, down: () => reverse }
  }
  const back = down === undefined ? undefined : toOperations(where, down)
  checkConcurrent(where, transaction, back ?? [])
  return {
    ...migration,
    down() {
      if (back !== undefined) return back
      throw new DbError(
        'ZZZ_DB_MIGRATION_IRREVERSIBLE',
        `${where} exports up and no down, so it cannot be rolled back: write a new migration, or add down`,
      )
    },
  }
}

/** Each state of a file is a module of its own: Node keeps modules, and what runs has to be what the checksum is of. */
async function importFile(
  where: string,
  { path, checksum }: MigrationFile,
): Promise<Record<string, unknown>> {
  try {
    return (await import(`${pathToFileURL(path).href}?${checksum}`)) as Record<string, unknown>
  } catch (cause) {
    if (cause instanceof DbError) throw new DbError(cause.code, `${where}: ${cause.message}`, { cause })
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DbError('ZZZ_DB_MIGRATION', `${where} cannot be read: ${reason}`, { cause })
  }
}

function toOperations(where: string, value: unknown): Operation[] {
  const isStep = (one: unknown): one is { readonly kind: unknown } =>
    typeof one === 'object' && one !== null && 'kind' in one
  if (!Array.isArray(value) || !value.every(isStep)) {
    throw malformed(where, 'change, up and down are lists of operations: [createTable(…), createIndex(…)]')
  }
  const stranger = value.find(({ kind }) => !Object.hasOwn(operationKinds, String(kind)))
  if (stranger === undefined) return value as unknown as Operation[]
  throw malformed(
    where,
    `${stranger.kind} is no step by itself; changes of a table stand in alterTable('users', […])`,
  )
}

function checkConcurrent(where: string, transaction: boolean, operations: readonly Operation[]): void {
  if (!transaction || !operations.some((one) => 'concurrently' in one && one.concurrently === true)) return
  throw malformed(
    where,
    'an index is made or dropped concurrently only outside of transactions: export const transaction = false',
  )
}

function inFile<T>(where: string, task: () => T): T {
  try {
    return task()
  } catch (error) {
    if (!(error instanceof DbError)) throw error
    throw new DbError(error.code, `${where}: ${error.message}`, { cause: error })
  }
}

function malformed(where: string, message: string): DbError {
  return new DbError('ZZZ_DB_MIGRATION', `${where}: ${message}`)
}
