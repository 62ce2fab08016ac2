import { DbError } from '../errors.ts'
import type { AnySchema } from '../schema/schema.ts'
import type { SelectOf } from './expression.ts'
import { fromSource, type Query } from './query.ts'
import { checkAlias } from './source.ts'
import type { SelectStatement, SetOperator, Source } from './statement.ts'
import { type ColumnsOfRow, columnsOfSubquery, selectedTypes } from './subquery-columns.ts'

/** A query whose rows are `R`, and whose callbacks get them as columns. */
export type QueryOf<R> = Query<AnySchema, [ColumnsOfRow<R>], R>

/** The rows of all queries, none twice. They select the same fields in the same order. */
export function union<R>(
  first: SelectOf<R>,
  ...others: readonly [SelectOf<NoInfer<R>>, ...SelectOf<NoInfer<R>>[]]
): QueryOf<R> {
  return combine('union', first, others)
}

/** The rows of all queries. */
export function unionAll<R>(
  first: SelectOf<R>,
  ...others: readonly [SelectOf<NoInfer<R>>, ...SelectOf<NoInfer<R>>[]]
): QueryOf<R> {
  return combine('union all', first, others)
}

/** The rows that all queries have. */
export function intersect<R>(
  first: SelectOf<R>,
  ...others: readonly [SelectOf<NoInfer<R>>, ...SelectOf<NoInfer<R>>[]]
): QueryOf<R> {
  return combine('intersect', first, others)
}

/** The rows of the first query that none of the others has. */
export function except<R>(
  first: SelectOf<R>,
  ...others: readonly [SelectOf<NoInfer<R>>, ...SelectOf<NoInfer<R>>[]]
): QueryOf<R> {
  return combine('except', first, others)
}

function combine<R>(operator: SetOperator, first: SelectOf<R>, others: readonly SelectOf<R>[]): QueryOf<R> {
  const statements = [first, ...others].map(({ statement }) => statement)
  const [model] = statements as [SelectStatement]
  for (const statement of statements) checkSameFields(model, statement)
  const key = `(${operator} ${statements.map(({ shape }) => `[${shape.key}]`).join(' ')})`
  const source: Source = { kind: 'combined', key, alias: 'combined', operator, statements }
  return fromSource(source, columnsOfSubquery(model, 'combined')) as unknown as QueryOf<R>
}

function checkSameFields(one: SelectStatement, other: SelectStatement): void {
  const [wanted, found] = [one, other].map(({ clauses }) =>
    selectedTypes(clauses)
      .map(([field, type]) => `${field}: ${type.name}`)
      .join(', '),
  )
  if (wanted !== found) {
    throw new DbError(
      'ZZZ_DB_QUERY',
      `Queries that are put together select the same fields: { ${wanted} } is not { ${found} }`,
    )
  }
}

/**
 * A query with a name, written once before the select (`with`), to be used in several places.
 *
 * ```ts
 * const busy = cte('busy', from(Post).groupBy((p) => p.userId).select((p) => ({ userId: p.userId, posts: count() })))
 * from(User).innerJoin(busy, (u, b) => b.userId.eq(u.id))
 * ```
 */
export function cte<R>(name: string, { statement }: SelectOf<R>): QueryOf<R> {
  const key = `(with ${checkAlias(name)} [${statement.shape.key}])`
  const source: Source = { kind: 'cte', key, alias: name, name, statement, step: undefined }
  return fromSource(source, columnsOfSubquery(statement, name)) as unknown as QueryOf<R>
}

/**
 * Rows that follow from rows: begins with those of a query, and adds what `step` finds with the ones before, until there is
 * nothing new. For trees and graphs without cycles.
 *
 * ```ts
 * recursive('tree', from(Node).where((n) => n.id.eq(1)).select((n) => ({ id: n.id })), (tree) =>
 *   from(Node).innerJoin(tree, (n, t) => n.parentId.eq(t.id)).select((n) => ({ id: n.id })),
 * )
 * ```
 */
export function recursive<R>(
  name: string,
  { statement }: SelectOf<R>,
  step: (rows: QueryOf<NoInfer<R>>) => SelectOf<NoInfer<R>>,
): QueryOf<R> {
  const columns = columnsOfSubquery(statement, checkAlias(name))
  const reference: Source = { kind: 'reference', key: `@${name}`, alias: name, name, statement }
  const next = step(fromSource(reference, columns) as unknown as QueryOf<R>).statement
  checkSameFields(statement, next)
  const key = `(with ${name} [${statement.shape.key}] [${next.shape.key}])`
  const source: Source = { kind: 'cte', key, alias: name, name, statement, step: next }
  return fromSource(source, columns) as unknown as QueryOf<R>
}
