import { DbError } from '../errors.ts'
import type { AnySchema } from '../schema/schema.ts'
import { columnsOf } from './columns.ts'
import type { Expression } from './expression.ts'
import type { Clauses, SelectStatement, Source } from './statement.ts'
import { columnsOfSubquery } from './subquery-columns.ts'

/** Where rows come from, and the columns that callbacks get of it. */
export interface SourceWithColumns {
  readonly source: Source
  readonly columns: Readonly<Record<string, Expression<unknown>>>
}

/** A table under a name. */
export function tableOf(schema: AnySchema, alias: string): SourceWithColumns {
  const key = `${schema.serial}.${alias}`
  return { source: { kind: 'table', key, alias, schema }, columns: columnsOf(schema, alias) }
}

/** A query as a source of another; one that only names a common table expression stands for that. */
export function subqueryOf(statement: SelectStatement, alias: string): SourceWithColumns {
  const { source } = statement.clauses
  if ((source.kind === 'cte' || source.kind === 'reference') && isBare(statement.clauses)) {
    return {
      source: { ...source, alias, key: `${source.key}${alias}` },
      columns: columnsOfSubquery(source.statement, alias),
    }
  }
  const key = `[${statement.shape.key}]${alias}`
  return { source: { kind: 'query', key, alias, statement }, columns: columnsOfSubquery(statement, alias) }
}

/** Nothing was asked of the source yet. */
function isBare({ joins, where, groupBy, having, orderBy, limit, offset, distinct }: Clauses): boolean {
  const asked = joins.length + where.length + groupBy.length + having.length + orderBy.length
  return asked === 0 && limit === undefined && offset === undefined && distinct === false
}

/** The clauses of a query for all rows of a source. */
export function startingAt(source: Source): Clauses {
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

/** The names of all sources of a query. */
export function aliasesOf(clauses: Clauses): string[] {
  return [clauses.source.alias, ...clauses.joins.map(({ source }) => source.alias)]
}

/** The error for a name that stands for two sources. */
export function aliasTaken(alias: string): DbError {
  return new DbError(
    'ZZZ_DB_QUERY',
    `Two sources are named ${JSON.stringify(alias)}, here or in the query around this one: name one of them by { as: … }`,
  )
}

/** A name that no source of the query has: the wanted one, or with a number. */
export function freeAlias(name: string, clauses: Clauses): string {
  const taken = aliasesOf(clauses)
  let alias = name
  for (let number = 2; taken.includes(alias); number++) alias = `${name}_${number}`
  return alias
}

/** Refuses a name that could not be an alias. */
export function checkAlias(alias: string): string {
  if (/^[a-z_]\w*$/i.test(alias)) return alias
  throw new DbError(
    'ZZZ_DB_QUERY',
    `${JSON.stringify(alias)} cannot be the name of a source: use letters, digits and _`,
  )
}
