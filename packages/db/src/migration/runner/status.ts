import { basename } from 'node:path'
import { DbError } from '../../errors.ts'
import { folderRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import type { AnyRepo } from '../../repo/repo.ts'
import { type MigrationFile, readMigrations } from './files.ts'
import { type AppliedMigration, readHistory } from './history.ts'
import { folderOf, pendingOf } from './migrate.ts'
import { databaseOf } from './session.ts'

/** What became of a migration: `changed` after it was applied, `missing` when its file is not there any more. */
export type MigrationState = 'applied' | 'pending' | 'changed' | 'missing'

/** A migration, and what became of it. */
export interface MigrationStatus {
  readonly version: string
  readonly name: string
  readonly state: MigrationState
  /** When it was applied, in UTC. */
  readonly appliedAt: string | undefined
}

/** Options of `status` and `assertMigrated`. */
export interface StatusOptions {
  /** The folder of the migrations. */
  readonly folder: string
}

const rules: OptionRules<StatusOptions> = { folder: folderRule }

/** All migrations of a folder and of a database, the oldest first. Changes nothing. */
export async function status(repo: AnyRepo, options: StatusOptions): Promise<MigrationStatus[]> {
  checkOptions('status', options, rules)
  const files = await readMigrations(folderOf('status', options.folder))
  const history = await readHistory(databaseOf('status', repo))
  const missing = history.filter((applied) => !files.some(({ version }) => version === applied.version))
  return [
    ...files.map((file) => statusOf(file, history)),
    ...missing.map(({ version, name, appliedAt }) => ({
      version,
      name,
      appliedAt,
      state: 'missing' as const,
    })),
  ].sort((a, b) => (a.version < b.version ? -1 : 1))
}

function statusOf(
  { version, name, checksum }: MigrationFile,
  history: readonly AppliedMigration[],
): MigrationStatus {
  const applied = history.find((each) => each.version === version)
  if (applied === undefined) return { version, name, state: 'pending', appliedAt: undefined }
  const state = applied.checksum === checksum ? 'applied' : 'changed'
  return { version, name, state, appliedAt: applied.appliedAt }
}

/**
 * Throws `ZZZ_DB_MIGRATION_PENDING` (503) when the database has not had all migrations: at the start of an application
 * that leaves migrating to its deployment.
 */
export async function assertMigrated(repo: AnyRepo, options: StatusOptions): Promise<void> {
  checkOptions('assertMigrated', options, rules)
  const files = await readMigrations(folderOf('assertMigrated', options.folder))
  const pending = pendingOf(files, await readHistory(databaseOf('assertMigrated', repo)))
  if (pending.length === 0) return
  throw new DbError(
    'ZZZ_DB_MIGRATION_PENDING',
    `Migrations are pending: ${pending.map(({ path }) => basename(path)).join(', ')}; apply them by migrate()`,
  )
}
