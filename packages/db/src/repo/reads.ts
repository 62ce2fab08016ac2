import { DbError } from '../errors.ts'
import { type MaybePromise, mapMaybe } from '../internal/maybe-promise.ts'
import type { Expression } from '../query/expression.ts'
import type { AnyQuery } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import type { PreloadTree } from '../query/statement.ts'
import { type AnySchema, columnOf } from '../schema/schema.ts'
import { aggregateQuery, countQuery } from './aggregate-query.ts'
import type { Executor } from './executor.ts'
import { isImpossibleKey } from './key.ts'
import { preloadInto } from './preload.ts'
import { byKey, byValues, rowQuery, schemaOf, toQuery } from './row-query.ts'
import { streamRows } from './stream.ts'
import type { Transactions } from './transactions.ts'

/** What a query is about to be used for. */
export type QueryPurpose = 'read' | 'update' | 'delete' | 'preload'

/** Gives the query that runs in place of another. */
export type PrepareQuery = (query: AnyQuery, purpose: QueryPurpose) => AnyQuery

/** Reads of any rows; the types are those of the repo. */
export interface Reads {
  all(query: AnyQuery): Promise<unknown[]>
  one(query: AnyQuery): Promise<unknown>
  oneOrThrow(query: AnyQuery): Promise<unknown>
  get(source: AnySchema | AnyQuery, key: unknown): Promise<unknown>
  getOrThrow(source: AnySchema | AnyQuery, key: unknown): Promise<unknown>
  getBy(source: AnySchema | AnyQuery, values: AnyRow): Promise<unknown>
  exists(query: AnyQuery): Promise<boolean>
  count(query: AnyQuery): Promise<unknown>
  aggregate(query: AnyQuery, callback: (...columns: never[]) => Expression<unknown>): Promise<unknown>
  stream(query: AnyQuery, options?: { readonly batch?: number }): AsyncGenerator<unknown, void, void>
  reload(schema: AnySchema, row: AnyRow): Promise<unknown>
  preload(schema: AnySchema, rows: AnyRow[], tree: PreloadTree): Promise<AnyRow[]>
}

type AnyRow = Record<string, unknown>

/** The reads of one database. `find` knows its schemas by name. */
export function createReads(
  executor: Executor,
  transactions: Transactions,
  find: (name: string) => AnySchema,
  prepareQuery: PrepareQuery,
): Reads {
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
    if (isImpossibleKey(executor.driver.dialect, columnOf(schema, field), key)) return undefined
    return one(byKey(query, field, key))
  }

  return {
    all,
    one,
    oneOrThrow,
    get: (source, key) => get(toQuery(source), key),
    async getOrThrow(source, key) {
      const query = toQuery(source)
      return foundOrThrow(query, await get(query, key))
    },
    getBy: async (source, values) => one(byValues(source, values)),
    async exists(query) {
      const found = await all(query.select(() => sql`1`).limit(1) as unknown as AnyQuery)
      return found.length > 0
    },
    count: async (query) => one(countQuery(query)),
    aggregate: async (query, callback) => one(aggregateQuery(query, callback)),
    stream(query, { batch = 500 } = {}) {
      const { statement } = prepareQuery(query, 'read')
      return streamRows(executor, transactions, statement, batch, (rows) =>
        preloadOf(statement.clauses, rows),
      )
    },
    reload: async (schema, row) => oneOrThrow(rowQuery(schema, row)),
    async preload(schema, rows, tree) {
      await preloadInto(rows, schema, tree, find, loadAssociated)
      return rows
    },
  }
}

function foundOrThrow(query: AnyQuery, row: unknown): unknown {
  if (row !== undefined) return row
  const { source } = query.clauses
  const name = source.kind === 'table' ? source.schema.name : source.alias
  throw new DbError('ZZZ_DB_NOT_FOUND', `No row of ${name} was found`)
}

function keyField({ primaryKey, name }: AnySchema): string {
  const [field] = primaryKey
  if (field !== undefined && primaryKey.length === 1) return field
  throw new DbError('ZZZ_DB_SCHEMA', `${name} has ${primaryKey.length} fields as primary key: use getBy()`)
}
