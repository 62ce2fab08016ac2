import { DbError } from '../errors.ts'
import type { AnySchema, Row } from '../schema/schema.ts'
import {
  type Callback,
  callWith,
  toCondition,
  toCount,
  toExpressions,
  toOrder,
  toSelection,
} from './callback.ts'
import type { Columns, Optional, OptionalRow } from './columns.ts'
import { Expression, type Order } from './expression.ts'
import { type JoinedColumns, type LinksTo, linkCondition, type OptionalAll } from './join.ts'
import type { AssociationName, OnlyAssociations, PreloadedBy, PreloadOf } from './preload.ts'
import { shapeOf } from './shape.ts'
import { aliasesOf, aliasTaken, checkAlias, freeAlias, startingAt, subqueryOf, tableOf } from './source.ts'
import type { Clauses, Join, JoinKind, Lock, PreloadTree, SelectStatement, Source } from './statement.ts'
import type { ColumnsOfRow } from './subquery-columns.ts'

/** What a selection gives for each row. */
export type Selected<T> =
  T extends Expression<infer V>
    ? V
    : T extends OptionalRow<infer C>
      ? Selected<C> | null
      : { [K in keyof T]: Selected<T[K]> }

/** Options of a source. */
export interface SourceOptions {
  /** The name of the source in the SQL. Default: the schema's name, numbered where it is taken. */
  readonly as?: string | undefined
}

/** Any query. */
export type AnyQuery = Query<AnySchema, readonly unknown[], unknown, unknown>

/**
 * A query: immutable plain data, built step by step, without a database. Callbacks get the columns of the sources in the
 * order in which they were named. `S` is the schema of the first one, `B` all columns, `R` what a row gives, `P` what is
 * preloaded.
 *
 * ```ts
 * from(User).where((u) => u.age.gte(18)).orderBy((u) => u.insertedAt.desc()).limit(20)
 * ```
 */
export class Query<S extends AnySchema, B extends readonly unknown[], R, P = unknown> {
  declare readonly $schema: S
  declare readonly $result: R
  declare readonly $preload: P
  readonly clauses: Clauses
  /** What the callbacks get. */
  readonly columns: B
  #statement: SelectStatement | undefined

  /** @internal */
  constructor(clauses: Clauses, columns: B) {
    this.clauses = clauses
    this.columns = columns
  }

  /** The query as data. */
  get statement(): SelectStatement {
    this.#statement ??= { clauses: this.clauses, shape: shapeOf(this.clauses) }
    return this.#statement
  }

  /** Only rows for which the condition holds; conditions of several calls all hold. */
  where(callback: Callback<B, Expression<boolean>>): this {
    const condition = toCondition('where', this.#call(callback))
    return this.#from({ ...this.clauses, where: added(this.clauses.where, condition) })
  }

  /** Orders by one or more terms, after those of earlier calls. */
  orderBy(callback: Callback<B, Order | readonly Order[]>): this {
    const orderBy = [...this.clauses.orderBy, ...toOrder(this.#call(callback))]
    return this.#from({ ...this.clauses, orderBy })
  }

  /** At most so many rows. */
  limit(rows: number): this {
    return this.#from({ ...this.clauses, limit: toCount('limit', rows) })
  }

  /** Passes over so many rows. */
  offset(rows: number): this {
    return this.#from({ ...this.clauses, offset: toCount('offset', rows) })
  }

  /** No row twice; with a callback one row for each value of the expressions (PostgreSQL only). */
  distinct(callback?: Callback<B, Expression<unknown> | readonly Expression<unknown>[]>): this {
    return this.#from({
      ...this.clauses,
      distinct: callback === undefined ? true : toExpressions('distinct', this.#call(callback)),
    })
  }

  /** Groups rows; `select` then names the groups and their aggregates. */
  groupBy(callback: Callback<B, Expression<unknown> | readonly Expression<unknown>[]>): this {
    const groupBy = [...this.clauses.groupBy, ...toExpressions('groupBy', this.#call(callback))]
    return this.#from({ ...this.clauses, groupBy })
  }

  /** Only groups for which the condition holds. */
  having(callback: Callback<B, Expression<boolean>>): this {
    const condition = toCondition('having', this.#call(callback))
    return this.#from({ ...this.clauses, having: [...this.clauses.having, condition] })
  }

  /**
   * What each row gives: an expression, all columns of a source, or an object of these.
   *
   * ```ts
   * from(User).select((u) => ({ id: u.id, mail: u.email }))
   * ```
   */
  select<const T>(callback: Callback<B, T>): Query<S, B, Selected<T>, unknown> {
    const selection = toSelection(this.#call(callback))
    return new Query<S, B, Selected<T>, unknown>({ ...this.clauses, selection }, this.columns)
  }

  /** Joins rows for which the condition holds, or those of an association of the first source by its name. */
  innerJoin<J extends AnySchema | AnyQuery>(
    source: J,
    on: LinksTo<S, J> | Callback<[...B, JoinedColumns<J>], Expression<boolean>>,
    options?: SourceOptions,
  ): Query<S, [...B, JoinedColumns<J>], R, P> {
    return this.#join('inner', source, on, options)
  }

  /** Like `innerJoin`, and keeps rows that find none: their columns on the right are null. */
  leftJoin<J extends AnySchema | AnyQuery>(
    source: J,
    on: LinksTo<S, J> | Callback<[...B, JoinedColumns<J>], Expression<boolean>>,
    options?: SourceOptions,
  ): Query<S, [...B, Optional<JoinedColumns<J>>], R, P> {
    return this.#join('left', source, on, options)
  }

  /** Like `innerJoin`, and keeps rows of the joined source that find none. Name what the rows give by `select`. */
  rightJoin<J extends AnySchema | AnyQuery>(
    source: J,
    on: LinksTo<S, J> | Callback<[...B, JoinedColumns<J>], Expression<boolean>>,
    options?: SourceOptions,
  ): Query<S, [...OptionalAll<B>, JoinedColumns<J>], R | null, P> {
    return this.#join('right', source, on, options)
  }

  /** Like `innerJoin`, and keeps rows of both sides that find none. Name what the rows give by `select`. */
  fullJoin<J extends AnySchema | AnyQuery>(
    source: J,
    on: LinksTo<S, J> | Callback<[...B, JoinedColumns<J>], Expression<boolean>>,
    options?: SourceOptions,
  ): Query<S, [...OptionalAll<B>, Optional<JoinedColumns<J>>], R | null, P> {
    return this.#join('full', source, on, options)
  }

  /**
   * Loads associations along with the rows, each by one more query: by name, or first as an object whose values are
   * `true`, another such object, or a query for the associated rows.
   *
   * ```ts
   * from(User).preload('team', 'posts')
   * from(User).preload({ posts: { comments: true } })
   * from(User).preload({ posts: from(Post).where((p) => p.published.eq(true)) })
   * ```
   */
  preload<const T extends AssociationName<S> | PreloadOf<S>, const N extends AssociationName<S> = never>(
    first: T & OnlyAssociations<S, T>,
    ...names: readonly N[]
  ): Query<S, B, R, P & PreloadedBy<T> & PreloadedBy<N>> {
    const preload: Record<string, PreloadTree[string]> = { ...this.clauses.preload }
    if (typeof first === 'string') preload[first] = true
    else Object.assign(preload, first)
    for (const name of names) preload[name] = true
    return this.#from({ ...this.clauses, preload }) as never
  }

  /** Locks the selected rows until the transaction ends; PostgreSQL only. */
  lock(strength: Lock['strength'], wait: Lock['wait'] = 'wait'): this {
    return this.#from({ ...this.clauses, lock: { strength, wait } })
  }

  /** Adds the conditions and the order of another query on the same source; its limit, offset and selection win. */
  merge(other: Query<S, B, unknown, unknown>): this {
    const { clauses } = this
    const { source, joins, where, orderBy, limit, offset, preload } = other.clauses
    if (source.key !== clauses.source.key || joins.length > 0) {
      throw new DbError('ZZZ_DB_QUERY', 'merge() needs a query on the same source, without joins of its own')
    }
    return this.#from({
      ...clauses,
      where: [...clauses.where, ...where],
      orderBy: [...clauses.orderBy, ...orderBy],
      limit: limit ?? clauses.limit,
      offset: offset ?? clauses.offset,
      preload: preload === undefined ? clauses.preload : { ...clauses.preload, ...preload },
    })
  }

  #from(clauses: Clauses): this {
    return new Query(clauses, this.columns) as this
  }

  #call<T>(callback: Callback<B, T>): T {
    return callWith(callback, this.clauses, this.columns)
  }

  #join<Q>(kind: JoinKind, target: AnySchema | AnyQuery, on: unknown, options: SourceOptions = {}): Q {
    const { clauses } = this
    const name = target instanceof Query ? target.clauses.source.alias : target.name
    const alias = options.as === undefined ? freeAlias(name, clauses) : checkAlias(options.as)
    if (aliasesOf(clauses).includes(alias)) throw aliasTaken(alias)
    const { source, columns } =
      target instanceof Query ? subqueryOf(target.statement, alias) : tableOf(target, alias)
    const all = [...this.columns, columns]
    const joined = { ...clauses, joins: [...clauses.joins, { kind, source, on: always }] }
    const condition =
      typeof on === 'string'
        ? linkCondition(clauses.source, on, target as AnySchema, alias)
        : toCondition('join', callWith(on as Callback<unknown[], unknown>, joined, all))
    const join: Join = { kind, source, on: condition }
    return new Query({ ...clauses, joins: [...clauses.joins, join] }, all) as Q
  }
}

/** Stands in for a condition while it is made. */
const always = new Expression<boolean>(
  { kind: 'fragment', key: '', texts: ['true'], terms: [] },
  [],
  {} as never,
)

const roots = new WeakMap<AnySchema, AnyQuery>()

/**
 * A query for all rows of a schema's table, or for the rows of another query.
 *
 * ```ts
 * from(User)
 * from(User, { as: 'manager' })
 * from(from(Post).groupBy((p) => p.userId).select((p) => ({ userId: p.userId, posts: count() })), { as: 'counts' })
 * ```
 */
export function from<S extends AnySchema>(schema: S, options?: SourceOptions): Query<S, [Columns<S>], Row<S>>
export function from<Q extends AnyQuery>(
  query: Q,
  options: { readonly as: string },
): Query<AnySchema, [ColumnsOfRow<Q['$result']>], Q['$result']>
export function from(source: AnySchema | AnyQuery, options?: SourceOptions): unknown {
  if (source instanceof Query) return fromQuery(source, checkAlias(options?.as ?? 'subquery'))
  if (options?.as !== undefined) return fromSchema(source, checkAlias(options.as))
  let root = roots.get(source)
  if (root === undefined) {
    root = fromSchema(source, source.name)
    roots.set(source, root)
  }
  return root
}

function fromSchema(schema: AnySchema, alias: string): AnyQuery {
  const { source, columns } = tableOf(schema, alias)
  return new Query(startingAt(source), [columns])
}

function fromQuery(query: AnyQuery, alias: string): AnyQuery {
  const { source, columns } = subqueryOf(query.statement, alias)
  return fromSource(source, columns)
}

/** A query for the rows of a source that is no table. */
export function fromSource(source: Source, columns: Readonly<Record<string, Expression<unknown>>>): AnyQuery {
  return new Query({ ...startingAt(source), selection: columns }, [columns])
}

/** A list with one more. Behind a spread, even of nothing, the one would get room for sixteen. */
function added<T>(list: readonly T[], item: T): readonly T[] {
  return list.length === 0 ? [item] : [...list, item]
}
