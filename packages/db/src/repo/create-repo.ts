import type { Driver } from '../driver/driver.ts'
import { postgresDriver } from '../driver/drivers/postgres/postgres.ts'
import { sqliteDriver } from '../driver/drivers/sqlite/sqlite.ts'
import { DbError } from '../errors.ts'
import { checkOptions } from '../internal/options.ts'
import { keyPointingTo, resolveLink } from '../schema/link.ts'
import type { AnySchema } from '../schema/schema.ts'
import { assembleRepo } from './assemble.ts'
import type { PrepareQuery } from './reads.ts'
import type { Repo } from './repo.ts'
import type { Closed, SchemaMap } from './result.ts'
import { parseDatabaseUrl } from './url.ts'

/** Options of `createRepo`. */
export interface RepoOptions<L extends readonly AnySchema[]> {
  /** `sqlite:FILE`, `sqlite::memory:` or `postgres://user:password@host/name`. */
  readonly url: string
  /** All schemas. Their associations may lead to these only. */
  readonly schemas: L
  /** Its name in messages and as a service. Default `repo`. */
  readonly name?: string | undefined
  /** How SQLite is used. */
  readonly sqlite?: SqliteSettings | undefined
  /** How PostgreSQL is used. */
  readonly postgres?: PostgresSettings | undefined
  /** Gets each query before it runs and gives the one that does: a tenant's rows only. */
  readonly prepareQuery?: PrepareQuery | undefined
}

/** How SQLite is used. */
export interface SqliteSettings {
  /** Milliseconds to wait for other processes, and in the queue of those who write. Default 5,000. */
  readonly timeout?: number | undefined
  /** Most who wait to write. Default 1,000. */
  readonly queue?: number | undefined
  /** Most connections that read-only transactions and streams have at once. Default 4. */
  readonly readers?: number | undefined
  /**
   * `normal`: a commit survives the end of the process, though not surely a power cut. `full` waits for the disk each
   * time. Default `normal`.
   */
  readonly synchronous?: 'normal' | 'full' | undefined
}

/** How PostgreSQL is used. */
export interface PostgresSettings {
  /** Most connections. Default 10. */
  readonly size?: number | undefined
  /** Connections that stay open though nobody uses them. Default 0. */
  readonly min?: number | undefined
  /** Milliseconds to wait for a connection. Default 5,000. */
  readonly timeout?: number | undefined
  /** Most who wait for a connection. Default 1,000. */
  readonly queue?: number | undefined
  /** Milliseconds after which a connection that nobody uses is closed. Default 60,000. */
  readonly idleTimeout?: number | undefined
  /** Milliseconds after which a connection is replaced. Default 3,600,000. */
  readonly maxLifetime?: number | undefined
  /** Milliseconds to wait for a connection to come about. Default 5,000. */
  readonly connectTimeout?: number | undefined
  /** Whether statements are prepared by name; false behind a pooler that shares connections. Default true. */
  readonly prepare?: boolean | undefined
}

const isAmount = (value: unknown) => typeof value === 'number' && value > 0
const isWhole = (value: unknown) => Number.isInteger(value) && isAmount(value)
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && 'serial' in value

const optionRules = {
  url: ['a text like sqlite:app.db', (value: unknown) => typeof value === 'string'],
  schemas: ['a list of schemas', (value: unknown) => Array.isArray(value) && value.every(isSchema)],
  name: ['a text', (value: unknown) => typeof value === 'string' && value !== ''],
  sqlite: ['an object', (value: unknown) => typeof value === 'object' && value !== null],
  postgres: ['an object', (value: unknown) => typeof value === 'object' && value !== null],
  prepareQuery: ['a function', (value: unknown) => typeof value === 'function'],
} as const

const sqliteRules = {
  timeout: ['milliseconds', isAmount],
  queue: ['a whole number above 0', isWhole],
  readers: ['a whole number above 0', isWhole],
  synchronous: ['"normal" or "full"', (value: unknown) => value === 'normal' || value === 'full'],
} as const

const postgresRules = {
  size: ['a whole number above 0', isWhole],
  min: ['a whole number from 0', (value: unknown) => value === 0 || isWhole(value)],
  timeout: ['milliseconds', isAmount],
  queue: ['a whole number above 0', isWhole],
  idleTimeout: ['milliseconds', isAmount],
  maxLifetime: ['milliseconds', isAmount],
  connectTimeout: ['milliseconds', isAmount],
  prepare: ['true or false', (value: unknown) => typeof value === 'boolean'],
} as const

/**
 * Makes the repo of a database. Nothing is connected before `start` or the first statement.
 *
 * Throws `ZZZ_DB_URL`, `ZZZ_DB_OPTION_INVALID`, and `ZZZ_DB_SCHEMA` when the schemas do not fit together.
 *
 * ```ts
 * const repo = createRepo({ url: 'sqlite:app.db', schemas: [User, Post] })
 * const adults = await repo.all(from(User).where((u) => u.age.gte(18)))
 * ```
 */
export function createRepo<const L extends readonly AnySchema[]>(
  options: RepoOptions<L> & { readonly schemas: Closed<L> },
): Repo<SchemaMap<L>> {
  checkOptions('createRepo', options as RepoOptions<L>, optionRules)
  const { schemas, name = 'repo', prepareQuery = (query) => query } = options as RepoOptions<L>
  const driver = createDriver(options)
  const byName = indexByName(schemas)
  for (const each of schemas) checkSchema(each, byName, driver)
  return assembleRepo({ name, url: options.url, driver, schemas: byName, prepareQuery })
}

function createDriver({ url, sqlite = {}, postgres = {} }: RepoOptions<readonly AnySchema[]>): Driver {
  const database = parseDatabaseUrl(url)
  checkOptions('createRepo, option "sqlite"', sqlite, sqliteRules)
  checkOptions('createRepo, option "postgres"', postgres, postgresRules)
  if (database.kind === 'sqlite') return sqliteDriver({ path: database.path, ...sqlite })
  return postgresDriver({ url: database.url, ...postgres })
}

function indexByName(schemas: readonly AnySchema[]): ReadonlyMap<string, AnySchema> {
  const byName = new Map<string, AnySchema>()
  for (const each of schemas) {
    if (byName.has(each.name))
      throw new DbError('ZZZ_DB_SCHEMA', `createRepo: two schemas are named ${each.name}`)
    byName.set(each.name, each)
  }
  return byName
}

/** What would fail at the first query fails now: associations that lead nowhere, types that the database has not. */
function checkSchema(schema: AnySchema, schemas: ReadonlyMap<string, AnySchema>, { dialect }: Driver): void {
  for (const { type } of schema.columns) dialect.codec(type)
  for (const [name, association] of Object.entries(schema.associations)) {
    const where = `${schema.name}.${name}`
    const target = known(schemas, association.to, where)
    if (association.kind === 'hasManyThrough') continue
    if (association.kind === 'manyToMany') {
      const middle = known(schemas, association.through, where)
      if (association.foreignKey === undefined) keyPointingTo(middle, schema, where)
      if (association.targetKey === undefined) keyPointingTo(middle, target, where)
    } else resolveLink(schema, name, target)
  }
}

function known(schemas: ReadonlyMap<string, AnySchema>, name: string, where: string): AnySchema {
  const schema = schemas.get(name)
  if (schema !== undefined) return schema
  throw new DbError('ZZZ_DB_SCHEMA', `createRepo: ${where} leads to ${name}, which is not among the schemas`)
}
