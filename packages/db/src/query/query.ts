import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import type { Shown } from '../internal/shown.ts'
import { resolveLink } from '../schema/link.ts'
import type { AnySchema, Fields, Row } from '../schema/schema.ts'
import { type Columns, checkAlias, columnsOf, type Optional, type OptionalRow, rowOf } from './columns.ts'
import { Expression, type Order, subquery } from './expression.ts'
import { shapeOf } from './shape.ts'
import type {
  Clauses,
  Join,
  JoinKind,
  Lock,
  PreloadTree,
  Selection,
  SelectStatement,
  Source,
} from './statement.ts'
import { type ColumnsOfRow, columnsOfSubquery } from './subquery-columns.ts'

/** What a selection gives for each row. */
export type Selected<T> =
  T extends Expression<infer V>
    ? V
    : T extends OptionalRow<infer C>
      ? Selected<C> | null
      : { [K in keyof T]: Selected<T[K]> }

/** The names of the associations of a schema. */
type AssociationName<S extends AnySchema> = Shown<keyof S['associations'] & string>

/** The associations of `S` that lead to the schema `J`, with no table in between. */
type LinksTo<S extends AnySchema, J> = J extends { readonly name: infer N }
  ? {
      [K in keyof S['associations'] & string]: S['associations'][K] extends {
        readonly to: N
        readonly kind: 'hasMany' | 'hasOne' | 'belongsTo'
      }
        ? K
        : never
    }[keyof S['associations'] & string]
  : never

/** The columns of a joined schema, or of a joined query. */
type JoinedColumns<J> = J extends { readonly fields: Fields }
  ? Columns<J>
  : J extends AnyQuery
    ? ColumnsOfRow<J['$result']>
    : never

type OptionalAll<B extends readonly unknown[]> = { [I in keyof B]: Optional<B[I]> }

/** Options of a source. */
export interface SourceOptions {
  /** The name of the source in the SQL. Default: the schema's name, numbered where it is taken. */
  readonly as?: string | undefined
}

/** What to preload of each association: `true`, the same one level deeper, or a query for its rows. */
export type PreloadOf<S extends AnySchema> = Shown<{
  readonly [K in keyof S['associations']]?: true | PreloadBelow | QueryFor<S['associations'][K]['to']>
}>

/** What to preload one level deeper; the repo knows the associations there. */
interface PreloadBelow {
  readonly [association: string]: true | PreloadBelow | AnyQuery
}

/** A query for the rows of the schema `N`. */
type QueryFor<N extends string> = AnyQuery & { readonly $schema: { readonly name: N } }

/** Names of associations as an object, or the object that it is already. */
type PreloadedBy<T> = [T] extends [string] ? { readonly [N in T]: true } : T

/** Any query. */
export type AnyQuery = Query<AnySchema, readonly unknown[], unknown, unknown>

type Callback<B extends readonly unknown[], T> = (...columns: B) => T

/** The queries whose callbacks run right now: a callback may make a query of its own. */
const enclosing: Clauses[] = []

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
    const condition = expectExpression('where', this.#call(callback))
    return this.#from({ ...this.clauses, where: [...this.clauses.where, condition] })
  }

  /** Orders by one or more terms, after those of earlier calls. */
  orderBy(callback: Callback<B, Order | readonly Order[]>): this {
    const terms = toList(this.#call(callback))
    return this.#from({ ...this.clauses, orderBy: [...this.clauses.orderBy, ...terms.map(expectOrder)] })
  }

  /** At most so many rows. */
  limit(rows: number): this {
    return this.#from({ ...this.clauses, limit: expectCount('limit', rows) })
  }

  /** Passes over so many rows. */
  offset(rows: number): this {
    return this.#from({ ...this.clauses, offset: expectCount('offset', rows) })
  }

  /** No row twice; with a callback one row for each value of the expressions (PostgreSQL only). */
  distinct(callback?: Callback<B, Expression<unknown> | readonly Expression<unknown>[]>): this {
    return this.#from({
      ...this.clauses,
      distinct: callback === undefined ? true : toList(this.#call(callback)),
    })
  }

  /** Groups rows; `select` then names the groups and their aggregates. */
  groupBy(callback: Callback<B, Expression<unknown> | readonly Expression<unknown>[]>): this {
    return this.#from({
      ...this.clauses,
      groupBy: [...this.clauses.groupBy, ...toList(this.#call(callback))],
    })
  }

  /** Only groups for which the condition holds. */
  having(callback: Callback<B, Expression<boolean>>): this {
    const condition = expectExpression('having', this.#call(callback))
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
    first: T,
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
    const { source, columns } = target instanceof Query ? sourceOf(target, alias) : tableOf(target, alias)
    const all = [...this.columns, columns]
    const joined = { ...clauses, joins: [...clauses.joins, { kind, source, on: always }] }
    const condition =
      typeof on === 'string'
        ? linkCondition(clauses.source, on, target as AnySchema, alias)
        : expectExpression('join', callWith(on as Callback<unknown[], unknown>, joined, all))
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

/** The condition of a join along an association. */
function linkCondition(source: Source, name: string, target: AnySchema, alias: string): Expression<boolean> {
  if (source.kind !== 'table')
    throw new DbError('ZZZ_DB_QUERY', `A query has no association ${JSON.stringify(name)}`)
  const link = resolveLink(source.schema, name, target)
  const left = columnsOf(source.schema, source.alias) as Record<string, Expression<unknown>>
  const right = columnsOf(target, alias) as Record<string, Expression<unknown>>
  return (left[link.field] as Expression<unknown>).eq(right[link.targetField] as Expression<unknown>)
}

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
  const { source, columns } = sourceOf(query, alias)
  return fromSource(source, columns)
}

/** A query for the rows of a source that is no table. */
export function fromSource(source: Source, columns: Readonly<Record<string, Expression<unknown>>>): AnyQuery {
  return new Query({ ...startingAt(source), selection: columns }, [columns])
}

function tableOf(schema: AnySchema, alias: string): { source: Source; columns: object } {
  return { source: tableSource(schema, alias), columns: columnsOf(schema, alias) }
}

/** A query as a source of another; one that only names a common table expression stands for that. */
function sourceOf({ clauses, statement }: AnyQuery, alias: string) {
  const { source } = clauses
  if ((source.kind === 'cte' || source.kind === 'reference') && isBare(clauses)) {
    return {
      source: { ...source, alias, key: `${source.key}${alias}` },
      columns: columnsOfSubquery(source.statement, alias),
    }
  }
  const key = `[${statement.shape.key}]${alias}`
  return {
    source: { kind: 'query', key, alias, statement } as const,
    columns: columnsOfSubquery(statement, alias),
  }
}

/** Nothing was asked of the source yet. */
function isBare({ joins, where, groupBy, having, orderBy, limit, offset, distinct }: Clauses): boolean {
  const asked = joins.length + where.length + groupBy.length + having.length + orderBy.length
  return asked === 0 && limit === undefined && offset === undefined && distinct === false
}

function tableSource(schema: AnySchema, alias: string): Extract<Source, { kind: 'table' }> {
  return { kind: 'table', key: `${schema.serial}.${alias}`, alias, schema }
}

function startingAt(source: Source): Clauses {
  return {
    source,
    joins: [],
    where: [],
    groupBy: [],
    having: [],
    orderBy: [],
    limit: undefined,
    offset: undefined,
    distinct: false,
    selection: undefined,
    lock: undefined,
    preload: undefined,
  }
}

/** Runs a callback of a query. A query inside it whose sources have the same names would capture the outer columns. */
function callWith<B extends readonly unknown[], T>(
  callback: Callback<B, T>,
  clauses: Clauses,
  columns: B,
): T {
  if (typeof callback !== 'function') {
    throw new DbError('ZZZ_DB_QUERY', `A function of the columns is needed, got ${describe(callback)}`)
  }
  if (enclosing.length > 0) checkCapture(clauses)
  enclosing.push(clauses)
  try {
    return callback(...columns)
  } finally {
    enclosing.pop()
  }
}

function checkCapture(clauses: Clauses): void {
  const outer = new Set(enclosing.flatMap(aliasesOf))
  const taken = aliasesOf(clauses).find((alias) => outer.has(alias))
  if (taken !== undefined) throw aliasTaken(taken)
}

function aliasesOf(clauses: Clauses): string[] {
  return [clauses.source.alias, ...clauses.joins.map(({ source }) => source.alias)]
}

function aliasTaken(alias: string): DbError {
  return new DbError(
    'ZZZ_DB_QUERY',
    `Two sources are named ${JSON.stringify(alias)}, here or in the query around this one: name one of them by { as: … }`,
  )
}

function freeAlias(name: string, clauses: Clauses): string {
  const taken = aliasesOf(clauses)
  let alias = name
  for (let number = 2; taken.includes(alias); number++) alias = `${name}_${number}`
  return alias
}

function toSelection(selected: unknown): Selection {
  if (selected instanceof Expression) return selected
  if (selected instanceof Query) return subquery(selected)
  if (typeof selected !== 'object' || selected === null || Array.isArray(selected)) {
    throw new DbError(
      'ZZZ_DB_QUERY',
      `select() needs an expression, columns or an object of them, got ${describe(selected)}`,
    )
  }
  const row = rowOf(selected)
  if (row !== undefined) return row
  const entries = Object.entries(selected).map(([name, inner]) => [name, toSelection(inner)] as const)
  if (entries.length === 0) throw new DbError('ZZZ_DB_QUERY', 'select() needs at least one expression')
  return Object.fromEntries(entries)
}

function toList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}

function expectExpression(method: string, value: unknown): Expression<boolean> {
  if (value instanceof Expression) return value as Expression<boolean>
  throw new DbError('ZZZ_DB_QUERY', `${method}() needs a condition like u.id.eq(1), got ${describe(value)}`)
}

function expectOrder(value: Order): Order {
  if (typeof value === 'object' && value !== null && 'direction' in value) return value
  throw new DbError('ZZZ_DB_QUERY', `orderBy() needs a term like u.name.asc(), got ${describe(value)}`)
}

function expectCount(method: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new DbError('ZZZ_DB_QUERY', `${method}() needs a whole number of rows from 0, got ${describe(value)}`)
}
