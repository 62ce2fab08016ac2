import type { Changeset } from '../changeset/changeset.ts'
import { errorLines } from '../changeset/field-error.ts'
import { bind } from '../compiler/compile.ts'
import type { Driver } from '../driver/driver.ts'
import { DbError } from '../errors.ts'
import { type MaybePromise, mapMaybe } from '../internal/maybe-promise.ts'
import type { Expression } from '../query/expression.ts'
import { count } from '../query/functions.ts'
import { type AnyQuery, from, Query } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { deleteStatement, updateStatement } from '../query/write.ts'
import { type AnySchema, columnOf } from '../schema/schema.ts'
import { checkFields } from './defaults.ts'
import { createExecutor } from './executor.ts'
import { keepInternals } from './internals.ts'
import { isImpossibleKey } from './key.ts'
import { type Multi, runMulti } from './multi.ts'
import { preloadInto } from './preload.ts'
import { runRaw, toObjects } from './raw.ts'
import type { Repo } from './repo.ts'
import type { Result } from './result.ts'
import { streamRows } from './stream.ts'
import { createTransactions } from './transactions.ts'
import { byFields, createWrites, type OnConflict, rowQuery, toChangeset } from './writes.ts'

/** What a query is about to be used for. */
export type QueryPurpose = 'read' | 'update' | 'delete' | 'preload'

/** What a repo is made of. */
export interface RepoParts {
  readonly name: string
  readonly url: string
  readonly driver: Driver
  readonly schemas: ReadonlyMap<string, AnySchema>
  readonly prepareQuery: (query: AnyQuery, purpose: QueryPurpose) => AnyQuery
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

  const writes = createWrites(executor, transactions, find)

  /** The rows of a query with what it preloads; at once where the driver has them and nothing is preloaded. */
  function load(query: AnyQuery, purpose: QueryPurpose): MaybePromise<unknown[]> {
    const { statement } = prepareQuery(query, purpose)
    const rows = executor.all(statement)
    if (statement.clauses.preload === undefined) return rows
    return mapMaybe(rows, async (loaded) => {
      await preloadOf(statement.clauses, loaded)
      return loaded
    })
  }

  /** Loads into rows what their query preloads. */
  async function preloadOf(clauses: AnyQuery['clauses'], rows: readonly unknown[]): Promise<void> {
    const { preload, selection, source } = clauses
    if (preload === undefined) return
    if (selection !== undefined || source.kind !== 'table') {
      throw new DbError(
        'ZZZ_DB_QUERY',
        'A query with select() has no rows to preload into: leave one of them out',
      )
    }
    await preloadInto(rows as AnyRow[], source.schema, preload, find, loadAssociated)
  }

  const loadAssociated = async (query: AnyQuery) => load(query, 'preload')

  const all = async (query: AnyQuery) => load(query, 'read')

  async function one(query: AnyQuery): Promise<unknown> {
    const loaded = load(query, 'read')
    const rows = loaded instanceof Promise ? await loaded : loaded
    if (rows.length <= 1) return rows[0]
    const { text } = executor.compiled(query.statement)
    throw new DbError('ZZZ_DB_MANY_ROWS', `A query for one row has ${rows.length}: ${text}`)
  }

  async function oneOrThrow(query: AnyQuery): Promise<unknown> {
    return foundOrThrow(query, await one(query))
  }

  /** The row with a primary key; a key that no row can have is not asked for. */
  async function get(query: AnyQuery, key: unknown): Promise<unknown> {
    const schema = schemaOf(query)
    const field = keyField(schema)
    if (isImpossibleKey(driver.dialect, columnOf(schema, field), key)) return undefined
    return one(byKey(query, field, key))
  }

  /** An aggregate; over a query of its own where the query has more than conditions. */
  function aggregateQuery(query: AnyQuery, callback: (...columns: never[]) => Expression<unknown>): AnyQuery {
    const { limit, offset, distinct, groupBy, joins } = query.clauses
    const plain = limit === undefined && offset === undefined && distinct === false && groupBy.length === 0
    const bare = new Query(
      { ...query.clauses, orderBy: plain ? [] : query.clauses.orderBy, preload: undefined },
      query.columns,
    )
    if (plain) return bare.select(callback as never) as unknown as AnyQuery
    if (joins.length > 0 && query.clauses.selection === undefined) {
      throw new DbError(
        'ZZZ_DB_QUERY',
        'An aggregate over a joined query with a limit or groups needs a select()',
      )
    }
    return (from(bare as never, { as: 'aggregated' }) as AnyQuery).select(
      callback as never,
    ) as unknown as AnyQuery
  }

  const insert = (first: unknown, values?: AnyRow, conflict?: OnConflict) =>
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

    all,
    one,
    oneOrThrow,
    get: (source: AnySchema | AnyQuery, key: unknown) => get(toQuery(source), key),
    async getOrThrow(source: AnySchema | AnyQuery, key: unknown) {
      const query = toQuery(source)
      return foundOrThrow(query, await get(query, key))
    },
    getBy: (source: AnySchema | AnyQuery, fields: AnyRow) => one(byValues(source, fields)),
    async exists(query: AnyQuery) {
      const found = await all(query.select(() => sql`1`).limit(1) as unknown as AnyQuery)
      return found.length > 0
    },
    count: (query: AnyQuery) => one(aggregateQuery(groupsOf(query), () => count())),
    aggregate: (query: AnyQuery, callback: never) => one(aggregateQuery(query, callback)),
    stream(query: AnyQuery, { batch = 500 }: { batch?: number } = {}) {
      const { statement } = prepareQuery(query, 'read')
      return streamRows(executor, transactions, statement, batch, (rows) =>
        preloadOf(statement.clauses, rows),
      )
    },

    insert,
    insertOrThrow: async (first: unknown, values?: AnyRow) => valueOrThrow(await insert(first, values)),
    upsert: (changeset: unknown, conflict: OnConflict) => insert(changeset, undefined, conflict),
    update: (changeset: unknown) => writes.update(toChangeset(changeset)),
    updateOrThrow: async (changeset: unknown) => valueOrThrow(await writes.update(toChangeset(changeset))),
    delete: (first: unknown, row?: AnyRow) => writes.delete(toChangeset(first, row)),
    deleteOrThrow: async (first: unknown, row?: AnyRow) =>
      valueOrThrow(await writes.delete(toChangeset(first, row))),
    insertAll(
      schema: AnySchema,
      rows: readonly AnyRow[],
      { onConflict }: { onConflict?: 'ignore' | OnConflict } = {},
    ) {
      return writes.insertAll(schema, rows, onConflict === 'ignore' ? { replace: [] } : onConflict)
    },
    async updateAll(query: AnyQuery, changes: AnyRow | ((...columns: unknown[]) => AnyRow)) {
      const prepared = prepareQuery(query, 'update')
      const set = typeof changes === 'function' ? changes(...prepared.columns) : changes
      const given = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))
      return executor.count(updateStatement(prepared.statement, given, { returning: false }))
    },
    async deleteAll(query: AnyQuery) {
      return executor.count(deleteStatement(prepareQuery(query, 'delete').statement, { returning: false }))
    },

    reload: (schema: AnySchema, row: AnyRow) => oneOrThrow(rowQuery(schema, row)),
    async preload(schema: AnySchema, rows: AnyRow[], tree: never) {
      await preloadInto(rows, schema, tree, find, loadAssociated)
      return rows
    },

    transaction: transactions.run,
    runMulti: (steps: Multi<object>) => runMulti(transactions, steps),
    inTransaction: () => transactions.current() !== undefined,
    outside: transactions.outside,
    afterCommit: transactions.afterCommit,

    rawAll: async (statement: never) => toObjects(await runRaw(executor, statement, true)),
    rawOne: async (statement: never) => toObjects(await runRaw(executor, statement, true))[0],
    rawExec: async (statement: never) => (await runRaw(executor, statement, false)).changes,
    async explain(query: AnyQuery) {
      const { text, parameters } = toSql(query)
      const words = driver.dialect.name === 'sqlite' ? 'explain query plan' : 'explain'
      const statement = {
        text: `${words} ${text}`,
        name: undefined,
        writes: false,
        returns: true,
        wide: false,
        raw: true,
      }
      const { rows } = await executor.run(statement, parameters)
      return rows.map((row) => row.at(-1)).join('\n')
    },
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

/** Groups that select nothing of their own, to be counted: they select what they are groups of. */
function groupsOf(query: AnyQuery): AnyQuery {
  const { groupBy, selection } = query.clauses
  if (groupBy.length === 0 || selection !== undefined) return query
  const selected = Object.fromEntries(groupBy.map((expression, i) => [`group${i}`, expression]))
  return query.select(() => selected) as unknown as AnyQuery
}

function toQuery(source: AnySchema | AnyQuery): AnyQuery {
  return source instanceof Query ? source : (from(source) as unknown as AnyQuery)
}

function schemaOf(query: AnyQuery): AnySchema {
  const { source } = query.clauses
  if (source.kind === 'table') return source.schema
  throw new DbError('ZZZ_DB_QUERY', 'A row is found by its key in a table, not in a query')
}

function foundOrThrow(query: AnyQuery, row: unknown): unknown {
  if (row !== undefined) return row
  throw new DbError('ZZZ_DB_NOT_FOUND', `No row of ${nameOf(query)} was found`)
}

function keyField({ primaryKey, name }: AnySchema): string {
  const [field] = primaryKey
  if (field !== undefined && primaryKey.length === 1) return field
  throw new DbError('ZZZ_DB_SCHEMA', `${name} has ${primaryKey.length} fields as primary key: use getBy()`)
}

function byKey(query: AnyQuery, field: string, key: unknown): AnyQuery {
  return query.where(
    (columns) => (columns as Record<string, Expression<unknown>>)[field]?.eq(key as never) as never,
  )
}

function byValues(source: AnySchema | AnyQuery, fields: AnyRow): AnyQuery {
  const query = toQuery(source)
  const schema = schemaOf(query)
  checkFields(schema, fields)
  const names = Object.keys(fields)
  const missing = names.find((field) => fields[field] === undefined)
  if (names.length > 0 && missing === undefined) return byFields(query, names, fields)
  throw new DbError(
    'ZZZ_DB_NULL',
    `getBy(${schema.name}): ${missing ?? 'at least one field'} needs a value; null finds NULL`,
  )
}

function putAll(schema: AnySchema, values: AnyRow): Changeset<AnySchema> {
  checkFields(schema, values)
  return toChangeset(schema).put(values as never)
}

function nameOf(query: AnyQuery): string {
  const { source } = query.clauses
  return source.kind === 'table' ? source.schema.name : source.alias
}

function valueOrThrow(result: Result<AnySchema, AnyRow>): AnyRow {
  if (result.ok) return result.value
  const { schema } = result.changeset
  const said = errorLines(result.changeset.traverseErrors())
  throw new DbError('ZZZ_DB_INVALID', `A row of ${schema.name} was refused: ${said.join('; ')}`)
}
