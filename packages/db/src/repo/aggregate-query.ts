import { DbError } from '../errors.ts'
import type { Expression } from '../query/expression.ts'
import { count } from '../query/functions.ts'
import { type AnyQuery, from, Query } from '../query/query.ts'

/** Counts the rows of a query; of a grouped one, its groups. */
export function countQuery(query: AnyQuery): AnyQuery {
  return aggregateQuery(groupsOf(query), () => count())
}

/** An aggregate over the rows of a query: over a query of its own where there is more than conditions. */
export function aggregateQuery(
  query: AnyQuery,
  callback: (...columns: never[]) => Expression<unknown>,
): AnyQuery {
  const { limit, offset, distinct, groupBy, joins, orderBy, selection } = query.clauses
  const plain = limit === undefined && offset === undefined && distinct === false && groupBy.length === 0
  const clauses = { ...query.clauses, orderBy: plain ? [] : orderBy, preload: undefined }
  const bare = new Query(clauses, query.columns)
  if (plain) return bare.select(callback as never) as unknown as AnyQuery
  if (joins.length > 0 && selection === undefined) {
    throw new DbError(
      'ZZZ_DB_QUERY',
      'An aggregate over a joined query with a limit or groups needs a select()',
    )
  }
  const around = from(bare as never, { as: 'aggregated' }) as AnyQuery
  return around.select(callback as never) as unknown as AnyQuery
}

/** Groups that select nothing of their own, to be counted: they select what they are groups of. */
function groupsOf(query: AnyQuery): AnyQuery {
  const { groupBy, selection } = query.clauses
  if (groupBy.length === 0 || selection !== undefined) return query
  const selected = Object.fromEntries(groupBy.map((expression, i) => [`group${i}`, expression]))
  return query.select(() => selected) as unknown as AnyQuery
}
