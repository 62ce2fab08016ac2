import type { Driver } from '../driver/driver.ts'
import { type PostgresSettings, postgresDriver } from '../driver/drivers/postgres/postgres.ts'
import { type SqliteSettings, sqliteDriver } from '../driver/drivers/sqlite/sqlite.ts'
import { DbError } from '../errors.ts'
import {
  amountRule,
  countRule,
  delayRule,
  flagRule,
  functionRule,
  isObject,
  isText,
  oneOf,
} from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { resolveJoin, resolveLink } from '../schema/link.ts'
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

const isSchema = (value: unknown) => isObject(value) && 'serial' in value

const optionRules: OptionRules<RepoOptions<readonly AnySchema[]>> = {
  url: ['a text like sqlite:app.db', (value) => typeof value === 'string'],
  schemas: ['a list of schemas', (value) => Array.isArray(value) && value.every(isSchema)],
  name: ['a text', isText],
  sqlite: ['an object', isObject],
  postgres: ['an object', isObject],
  prepareQuery: functionRule,
}

const sqliteRules: OptionRules<SqliteSettings> = {
  timeout: delayRule,
  queue: countRule,
  readers: countRule,
  synchronous: oneOf('normal', 'full'),
}

const postgresRules: OptionRules<PostgresSettings> = {
  size: countRule,
  min: amountRule,
  timeout: delayRule,
  queue: countRule,
  idleTimeout: delayRule,
  maxLifetime: delayRule,
  connectTimeout: delayRule,
  prepare: flagRule,
}

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
      resolveJoin(schema, name, known(schemas, association.through, where), target)
    } else resolveLink(schema, name, target)
  }
}

function known(schemas: ReadonlyMap<string, AnySchema>, name: string, where: string): AnySchema {
  const schema = schemas.get(name)
  if (schema !== undefined) return schema
  throw new DbError('ZZZ_DB_SCHEMA', `createRepo: ${where} leads to ${name}, which is not among the schemas`)
}
