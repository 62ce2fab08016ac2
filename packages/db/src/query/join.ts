import { DbError } from '../errors.ts'
import { resolveLink } from '../schema/link.ts'
import type { AnySchema, Fields } from '../schema/schema.ts'
import { type Columns, columnsOf, type Optional } from './columns.ts'
import type { Expression } from './expression.ts'
import type { AnyQuery } from './query.ts'
import type { Source } from './statement.ts'
import type { ColumnsOfRow } from './subquery-columns.ts'

/** The associations of `S` that lead to the schema `J`, with no table in between. */
export type LinksTo<S extends AnySchema, J> = J extends { readonly name: infer N }
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
export type JoinedColumns<J> = J extends { readonly fields: Fields }
  ? Columns<J>
  : J extends AnyQuery
    ? ColumnsOfRow<J['$result']>
    : never

/** The columns of all sources so far, for which a join may find none. */
export type OptionalAll<B extends readonly unknown[]> = { [I in keyof B]: Optional<B[I]> }

/** The condition of a join along an association. */
export function linkCondition(
  source: Source,
  name: string,
  target: AnySchema,
  alias: string,
): Expression<boolean> {
  if (source.kind !== 'table') {
    throw new DbError('ZZZ_DB_QUERY', `A query has no association ${JSON.stringify(name)}`)
  }
  const link = resolveLink(source.schema, name, target)
  const left = columnsOf(source.schema, source.alias) as Record<string, Expression<unknown>>
  const right = columnsOf(target, alias) as Record<string, Expression<unknown>>
  return (left[link.field] as Expression<unknown>).eq(right[link.targetField] as Expression<unknown>)
}
