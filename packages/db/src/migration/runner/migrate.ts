import { basename } from 'node:path'
import { DbError } from '../../errors.ts'
import { countRule, delayRule, folderRule, functionRule, isText, oneOf } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, type Rule } from '../../internal/options.ts'
import type { AnyRepo } from '../../repo/repo.ts'
import type { MigrationDatabase } from '../migration-database.ts'
import { warningsOf } from '../warnings.ts'
import { type MigrationFile, readMigrations } from './files.ts'
import {
  type AppliedMigration,
  acceptChecksum,
  addToHistory,
  prepareHistory,
  readHistory,
  removeFromHistory,
} from './history.ts'
import { loadMigration, type Migration } from './load.ts'
import { type Run, runMigration } from './run.ts'
import { inSession, type Session, type Timeouts } from './session.ts'

/** Options that `migrate` and `rollback` share. */
export interface RunnerOptions extends Timeouts {
  /** The folder of the migrations. */
  readonly folder: string
  /** Gets a line for each migration before it runs, with what it is warned about, and one after it. */
  readonly log?: ((line: string) => void) | undefined
}

/** Options of `migrate`. */
export interface MigrateOptions extends RunnerOptions {
  /** The last version to apply. Default: all. */
  readonly to?: string | undefined
  /** What to do about applied migrations whose file has changed. Default `error`; `accept` takes the file as applied. */
  readonly changed?: 'error' | 'accept' | undefined
}

/** Options of `rollback`. */
export interface RollbackOptions extends RunnerOptions {
  /** How many to undo. Default 1. */
  readonly steps?: number | undefined
  /** Undo all that came after this version, instead of a number; `'0'` undoes all. */
  readonly to?: string | undefined
}

/** A migration that ran. */
export interface RanMigration {
  readonly version: string
  readonly name: string
  readonly milliseconds: number
  /** What locks a table or loses data in it. */
  readonly warnings: readonly string[]
}

const versionRule: Rule = [
  'a version like 20261124063000',
  (value) => isText(value) && /^(?:\d{14}|0)$/.test(value),
]
const runnerRules: OptionRules<RunnerOptions> = {
  folder: folderRule,
  lockTimeout: ['milliseconds from 0', (value) => typeof value === 'number' && value >= 0],
  tableLockTimeout: delayRule,
  log: functionRule,
}
const migrateRules: OptionRules<MigrateOptions> = {
  ...runnerRules,
  to: versionRule,
  changed: oneOf('error', 'accept'),
}
const rollbackRules: OptionRules<RollbackOptions> = { ...runnerRules, to: versionRule, steps: countRule }

/**
 * Applies what is pending, the oldest first, each in a transaction of its own; two runners at once do not get in each
 * other's way. Gives what it applied.
 *
 * Throws `ZZZ_DB_MIGRATION` for a file that is none, `ZZZ_DB_MIGRATION_CHANGED` for one that was changed after it was
 * applied, `ZZZ_DB_MIGRATION_FAILED` for one that does not run, `ZZZ_DB_MIGRATION_LOCKED` when another runner takes too
 * long. Those before it stay applied.
 *
 * ```ts
 * await migrate(repo, { folder: 'migrations' })
 * ```
 */
export async function migrate(repo: AnyRepo, options: MigrateOptions): Promise<RanMigration[]> {
  checkOptions('migrate', options, migrateRules)
  const { to, changed = 'error', log = () => {} } = options
  const files = await readMigrations(folderOf('migrate', options.folder))
  if (to !== undefined) checkVersion(files, to)
  return inSession('migrate', repo, options, async (database, session) => {
    await session.whileBusy(() => prepareHistory(database))
    const history = await readHistory(database)
    await checkChanges(database, files, history, changed)
    const pending = pendingOf(files, history).filter(({ version }) => to === undefined || version <= to)
    // All are read before the first one runs.
    const migrations: Migration[] = []
    for (const file of pending) migrations.push(await loadMigration(file))
    const ran: RanMigration[] = []
    for (const { file, up, transaction } of migrations) {
      const run: Run = {
        file,
        operations: up,
        transaction,
        isDone: async () => (await readHistory(database)).some(({ version }) => version === file.version),
        record: () => addToHistory(database, file),
      }
      const result = await timed(database, session, run, log, 'applied')
      if (result !== undefined) ran.push(result)
    }
    return ran
  })
}

/**
 * Undoes the last migrations, the youngest first. Throws `ZZZ_DB_MIGRATION_IRREVERSIBLE` where there is no way back,
 * before anything is undone, and what `migrate` throws.
 *
 * ```ts
 * await rollback(repo, { folder: 'migrations' }) // the last one
 * await rollback(repo, { folder: 'migrations', to: '20261124063000' }) // all that came after it
 * ```
 */
export async function rollback(repo: AnyRepo, options: RollbackOptions): Promise<RanMigration[]> {
  checkOptions('rollback', options, rollbackRules)
  const { to, steps, log = () => {} } = options
  if (to !== undefined && steps !== undefined) {
    throw new DbError('ZZZ_DB_OPTION_INVALID', 'rollback: give either "steps" or "to"')
  }
  const files = await readMigrations(folderOf('rollback', options.folder))
  if (to !== undefined && to !== '0') checkVersion(files, to)
  return inSession('rollback', repo, options, async (database, session) => {
    const history = (await readHistory(database)).reverse()
    const chosen =
      to === undefined ? history.slice(0, steps ?? 1) : history.filter(({ version }) => version > to)
    const found = chosen.map((applied) => fileOf(files, applied))
    await checkChanges(database, found, history, 'error')
    const runs: Run[] = []
    for (const file of found) {
      const migration = await loadMigration(file)
      runs.push({
        file,
        operations: migration.down(),
        transaction: migration.transaction,
        isDone: async () => !(await readHistory(database)).some(({ version }) => version === file.version),
        record: () => removeFromHistory(database, file.version),
      })
    }
    const ran: RanMigration[] = []
    for (const run of runs) {
      const result = await timed(database, session, run, log, 'rolled back')
      if (result !== undefined) ran.push(result)
    }
    return ran
  })
}

/** Files that a database has not had. */
export function pendingOf(
  files: readonly MigrationFile[],
  history: readonly AppliedMigration[],
): MigrationFile[] {
  return files.filter((file) => !history.some(({ version }) => version === file.version))
}

async function timed(
  database: MigrationDatabase,
  session: Session,
  run: Run,
  log: (line: string) => void,
  done: string,
): Promise<RanMigration | undefined> {
  const { version, name, path } = run.file
  const warnings = warningsOf(database.dialect.name, run.operations)
  for (const warning of warnings) log(`${basename(path)}: ${warning}`)
  const start = performance.now()
  if (!(await runMigration(database, session, run))) return undefined
  const milliseconds = Math.round(performance.now() - start)
  log(`${basename(path)}: ${done} in ${milliseconds} ms`)
  return { version, name, milliseconds, warnings }
}

async function checkChanges(
  database: MigrationDatabase,
  files: readonly MigrationFile[],
  history: readonly AppliedMigration[],
  changed: 'error' | 'accept',
): Promise<void> {
  for (const file of files) {
    const applied = history.find(({ version }) => version === file.version)
    if (applied === undefined || applied.checksum === file.checksum) continue
    if (changed === 'accept') await acceptChecksum(database, file)
    else {
      throw new DbError(
        'ZZZ_DB_MIGRATION_CHANGED',
        `${file.path} was changed after it was applied at ${applied.appliedAt}: restore it and write a new migration; or, where the change changes nothing, migrate with changed: 'accept'`,
      )
    }
  }
}

function fileOf(files: readonly MigrationFile[], { version, name }: AppliedMigration): MigrationFile {
  const file = files.find((each) => each.version === version)
  if (file !== undefined) return file
  throw new DbError(
    'ZZZ_DB_MIGRATION',
    `The file of ${version}_${name} is not there, so it cannot be rolled back: it may belong to another branch`,
  )
}

function checkVersion(files: readonly MigrationFile[], version: string): void {
  if (files.some((file) => file.version === version)) return
  throw new DbError('ZZZ_DB_MIGRATION', `There is no migration of the version ${version}`)
}

/** The folder, which is needed. Throws `ZZZ_DB_OPTION_INVALID`. */
export function folderOf(where: string, folder: string | undefined): string {
  if (folder !== undefined) return folder
  throw new DbError('ZZZ_DB_OPTION_INVALID', `${where}: the option "folder" is missing`)
}
