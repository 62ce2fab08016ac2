import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DbError } from '../errors.ts'
import { folderRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import type { Repo } from '../repo/repo.ts'

/** Options of `runSeeds`. */
export interface SeedOptions {
  /** The folder of the seeds. */
  readonly folder: string
}

const rules: OptionRules<SeedOptions> = { folder: folderRule }

/**
 * Fills a database with what development or a demonstration needs: calls `seed(repo)` of each file of a folder in the order
 * of their names, all in one transaction. Gives the names. Seeds run again and again, so they write by `upsert`.
 *
 * Throws `ZZZ_DB_SEED` for a file that exports no function `seed`.
 *
 * ```ts
 * // seeds/01_teams.ts
 * export const seed = (repo: Repo) => repo.upsert(change(Team).put({ name: 'Core' }), { target: ['name'], replace: [] })
 * ```
 */
export async function runSeeds<R extends Pick<Repo<never>, 'transaction'>>(
  repo: R,
  options: SeedOptions,
): Promise<string[]> {
  checkOptions('runSeeds', options, rules)
  const folder = resolve(options.folder)
  const names = (await readdir(folder)).filter((name) => /(?<!\.d)\.m?[jt]s$/.test(name)).sort()
  const seeds: ((repo: R) => unknown)[] = []
  for (const name of names) {
    const { seed } = (await import(pathToFileURL(join(folder, name)).href)) as { seed?: unknown }
    if (typeof seed !== 'function') {
      throw new DbError('ZZZ_DB_SEED', `${join(folder, name)} has to export a function: seed(repo)`)
    }
    seeds.push(seed as (repo: R) => unknown)
  }
  await repo.transaction(async () => {
    for (const seed of seeds) await seed(repo)
  })
  return names
}
