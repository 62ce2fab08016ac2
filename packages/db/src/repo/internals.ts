import type { Driver } from '../driver/driver.ts'
import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import type { Executor } from './executor.ts'
import type { Transactions } from './transactions.ts'

/** What migrations and the testing kit need of a repo, and an application does not. */
export interface RepoInternals {
  readonly url: string
  readonly driver: Driver
  readonly executor: Executor
  readonly transactions: Transactions
}

const kept = new WeakMap<object, RepoInternals>()

/** Keeps the parts of a repo for `internalsOf`. */
export function keepInternals(repo: object, internals: RepoInternals): void {
  kept.set(repo, internals)
}

/** The parts of a repo. Throws `ZZZ_DB_OPTION_INVALID` for what is none; `where` asked for them. */
export function internalsOf(where: string, repo: unknown): RepoInternals {
  const internals = typeof repo === 'object' && repo !== null ? kept.get(repo) : undefined
  if (internals !== undefined) return internals
  throw new DbError(
    'ZZZ_DB_OPTION_INVALID',
    `${where}: a repo made by createRepo is needed, got ${describe(repo)}`,
  )
}
