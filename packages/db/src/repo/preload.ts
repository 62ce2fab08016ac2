import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import type { Expression } from '../query/expression.ts'
import { type AnyQuery, from, Query } from '../query/query.ts'
import type { PreloadTree } from '../query/statement.ts'
import type { ManyToMany } from '../schema/association.ts'
import { associationOf, resolveJoin, resolveLink } from '../schema/link.ts'
import type { AnySchema } from '../schema/schema.ts'
import { comparableKey } from './key.ts'

type AnyRow = Record<string, unknown>
type AnyColumns = Record<string, Expression<unknown>>

/** What loads the rows of a query, with what it preloads itself. */
type LoadAll = (query: AnyQuery) => Promise<unknown[]>

/** What a preload asks of the associated rows: nothing, more below them, or a query. */
type Spec = PreloadTree[string]

/** The schema of a name. Throws `ZZZ_DB_SCHEMA` when the repo does not know it. */
type Find = (name: string) => AnySchema

/** The value of an association for one row. */
type Lookup = (row: AnyRow) => unknown

/**
 * Puts associated rows into rows: one query for each association, whatever the number of rows. Those of one level run
 * side by side, or in turn inside a transaction.
 */
export async function preloadInto(
  rows: readonly AnyRow[],
  schema: AnySchema,
  tree: PreloadTree,
  find: Find,
  load: LoadAll,
): Promise<void> {
  if (rows.length === 0) return
  await Promise.all(
    Object.entries(tree).map(async ([name, spec]) => {
      const lookup = await lookupOf(rows, schema, name, spec)
      for (const row of rows) row[name] = lookup(row)
    }),
  )

  async function lookupOf(
    owners: readonly AnyRow[],
    owner: AnySchema,
    name: string,
    spec: Spec,
  ): Promise<Lookup> {
    const association = associationOf(owner, name)
    if (association.kind === 'hasManyThrough') return through(owners, owner, association.path, spec)
    const query = queryOf(find(association.to), spec)
    if (association.kind === 'manyToMany') return manyToMany(owners, owner, name, association, query)
    const { field, targetField } = resolveLink(owner, name, find(association.to))
    const found = await load(query.where((target) => column(target, targetField).in(keysOf(owners, field))))
    const groups = Map.groupBy(found as AnyRow[], (row) => comparableKey(row[targetField]))
    if (association.kind === 'hasMany') return (row) => groups.get(comparableKey(row[field])) ?? []
    return (row) => groups.get(comparableKey(row[field]))?.[0] ?? null
  }

  async function through(
    owners: readonly AnyRow[],
    owner: AnySchema,
    [first, second]: readonly [string, string],
    spec: Spec,
  ): Promise<Lookup> {
    const near = await lookupOf(owners, owner, first, true)
    const between = owners.flatMap((row) => toList(near(row)))
    const far = await lookupOf(between, find(associationOf(owner, first).to), second, spec)
    return (row) => [...new Set(toList(near(row)).flatMap((each) => toList(far(each))))]
  }

  async function manyToMany(
    owners: readonly AnyRow[],
    owner: AnySchema,
    name: string,
    association: ManyToMany,
    query: AnyQuery,
  ): Promise<Lookup> {
    const target = find(association.to)
    const join = resolveJoin(owner, name, find(association.through), target)
    const { middle, toOwner, toTarget, ownKey, targetKey } = join
    const pairs = (await load(
      from(middle)
        .where((link) => column(link, toOwner).in(keysOf(owners, ownKey)))
        .select((link) => ({
          owner: column(link, toOwner),
          target: column(link, toTarget),
        })) as unknown as AnyQuery,
    )) as { owner: unknown; target: unknown }[]
    const wanted = [...new Set(pairs.map((pair) => pair.target))]
    const found = (await load(query.where((row) => column(row, targetKey).in(wanted)))) as AnyRow[]
    const members = Map.groupBy(pairs, (pair) => comparableKey(pair.owner))
    return (row) => {
      const keys = new Set(members.get(comparableKey(row[ownKey]))?.map((pair) => comparableKey(pair.target)))
      return found.filter((each) => keys.has(comparableKey(each[targetKey])))
    }
  }
}

/** The query for associated rows: all of them in the order of their primary key, or the one that was given. */
function queryOf(schema: AnySchema, spec: Spec): AnyQuery {
  if (spec instanceof Query) return checkedQuery(schema, spec)
  const keys = schema.primaryKey
  const all = from(schema) as unknown as AnyQuery
  const ordered =
    keys.length === 0 ? all : all.orderBy((target) => keys.map((key) => column(target, key).asc()))
  if (spec === true) return ordered
  if (typeof spec === 'object' && spec !== null) return ordered.preload(spec as never) as AnyQuery
  throw new DbError(
    'ZZZ_DB_QUERY',
    `preload: ${schema.name} needs true, an object or a query, got ${describe(spec)}`,
  )
}

function checkedQuery(schema: AnySchema, query: AnyQuery): AnyQuery {
  const { source, selection } = query.clauses
  if (source.kind === 'table' && source.schema === schema && selection === undefined) return query
  throw new DbError(
    'ZZZ_DB_QUERY',
    `preload: the query for ${schema.name} has to be from(${schema.name}), without select()`,
  )
}

function column(columns: unknown, field: string): Expression<unknown> {
  return (columns as AnyColumns)[field] as Expression<unknown>
}

function keysOf(rows: readonly AnyRow[], field: string): unknown[] {
  const keys = new Map(rows.map((row) => [comparableKey(row[field]), row[field]]))
  keys.delete(null)
  return [...keys.values()]
}

function toList(value: unknown): AnyRow[] {
  if (Array.isArray(value)) return value
  return value === null || value === undefined ? [] : [value as AnyRow]
}
