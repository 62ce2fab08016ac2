import type { Changeset } from '../changeset/changeset.ts'
import { errorLines, formatError } from '../changeset/field-error.ts'
import { bind } from '../compiler/compile.ts'
import type { Driver } from '../driver/driver.ts'
import { DbError } from '../errors.ts'
import type { AnyQuery } from '../query/query.ts'
import type { AnySchema } from '../schema/schema.ts'
import { createBulkWrites } from './bulk-writes.ts'
import { checkConflict, type OnConflict } from './conflict.ts'
import { checkFields } from './defaults.ts'
import { createExecutor } from './executor.ts'
import { keepInternals } from './internals.ts'
import { type Multi, runMulti } from './multi.ts'
import { explain, runRaw, toObjects } from './raw.ts'
import { createReads, type PrepareQuery } from './reads.ts'
import type { Repo } from './repo.ts'
import type { Result } from './result.ts'
import { createTransactions } from './transactions.ts'
import { createWrites, toChangeset } from './writes.ts'

/** What a repo is made of. */
export interface RepoParts {
  readonly name: string
  readonly url: string
  readonly driver: Driver
  readonly schemas: ReadonlyMap<string, AnySchema>
  readonly prepareQuery: PrepareQuery
}

type AnyRow = Record<string, unknown>

/** Puts a repo together. Inside, everything is of any schema; the types are those of the interface. */
export function assembleRepo<M>({ name, url, driver, schemas, prepareQuery }: RepoParts): Repo<M> {
  const transactions = createTransactions(name, driver)
  const executor = createExecutor(name, driver, transactions)

  const find = (wanted: string): AnySchema => {
    const schema = schemas.get(wanted)
    if (schema !== undefined) return schema
    throw new DbError('ZZZ_DB_SCHEMA', `${name} knows no schema ${JSON.stringify(wanted)}`)
  }

  const reads = createReads(executor, transactions, find, prepareQuery)
  const writes = createWrites(executor, transactions, find)
  const bulk = createBulkWrites(executor, transactions, prepareQuery)

  const insert = async (first: unknown, values?: AnyRow, conflict?: OnConflict) =>
    writes.insert(values === undefined ? toChangeset(first) : putAll(first as AnySchema, values), conflict)

  const repo = {
    name,
    start: () => driver.start(),
    stop: ({ deadline = 5000 } = {}) => driver.stop({ deadline }),
    connections: () => driver.state(),
    async backup(path: string) {
      if (driver.backup !== undefined) return driver.backup(path)
      throw new DbError('ZZZ_DB_UNSUPPORTED', `${name}: backup() is for SQLite; use pg_dump for PostgreSQL`)
    },

    ...reads,
    insert,
    insertOrThrow: async (first: unknown, values?: AnyRow) => valueOrThrow(await insert(first, values)),
    async upsert(changeset: unknown, conflict: OnConflict) {
      checkConflict('upsert', conflict)
      return insert(changeset, undefined, conflict)
    },
    update: async (changeset: unknown) => writes.update(toChangeset(changeset)),
    updateOrThrow: async (changeset: unknown) => valueOrThrow(await writes.update(toChangeset(changeset))),
    delete: async (first: unknown, row?: AnyRow) => writes.delete(toChangeset(first, row)),
    deleteOrThrow: async (first: unknown, row?: AnyRow) =>
      valueOrThrow(await writes.delete(toChangeset(first, row))),
    ...bulk,

    transaction: transactions.run,
    runMulti: (steps: Multi<object>) => runMulti(transactions, steps),
    inTransaction: () => transactions.current() !== undefined,
    outside: transactions.outside,
    afterCommit: transactions.afterCommit,

    rawAll: async (statement: never) => toObjects(await runRaw(executor, statement, true)),
    rawOne: async (statement: never) => toObjects(await runRaw(executor, statement, true))[0],
    rawExec: async (statement: never) => (await runRaw(executor, statement, false)).changes,
    explain: async (query: AnyQuery) => explain(executor, toSql(query)),
    toSql,
  }

  function toSql(query: AnyQuery) {
    const { statement } = prepareQuery(query, 'read')
    const compiled = executor.compiled(statement)
    return { text: compiled.text, parameters: bind(compiled, statement.shape) }
  }

  keepInternals(repo, { url, driver, executor, transactions })
  return repo as unknown as Repo<M>
}

function putAll(schema: AnySchema, values: AnyRow): Changeset<AnySchema> {
  checkFields(schema, values)
  return toChangeset(schema).put(values as never)
}

function valueOrThrow(result: Result<AnySchema, AnyRow>): AnyRow {
  if (result.ok) return result.value
  const { schema } = result.changeset
  let stale = false
  const tree = result.changeset.traverseErrors((error) => {
    if (error.params.stale === true) stale = true
    return formatError(error)
  })
  const said = errorLines(tree)
  throw new DbError(
    stale ? 'ZZZ_DB_STALE' : 'ZZZ_DB_INVALID',
    `A row of ${schema.name} was refused: ${said.join('; ')}`,
  )
}
