import type { Dialect } from '../compiler/dialect.ts'
import type { Repo } from '../repo/repo.ts'

/** What operations work on: one connection of a repo. */
export interface MigrationDatabase {
  readonly dialect: Dialect
  readonly repo: Repo<Record<never, never>>
  /** Runs one statement. */
  exec(text: string): Promise<void>
  /** The rows of a statement. */
  rows(text: string): Promise<Record<string, unknown>[]>
}
