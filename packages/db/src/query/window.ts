import type { DataType } from '../schema/data-type.ts'
import { integerType } from '../schema/types/numbers.ts'
import { Expression, type Order } from './expression.ts'

/** Which rows a function looks at, and in which order. */
export interface WindowOptions {
  /** Only rows that have the same values here. Default: all rows. */
  readonly partitionBy?: readonly Expression<unknown>[] | undefined
  /** In this order; an aggregate then counts the rows up to the present one. */
  readonly orderBy?: readonly Order[] | undefined
}

/**
 * A function over the rows around each row: an aggregate, or one that only makes sense here.
 *
 * ```ts
 * over(rowNumber(), { partitionBy: [p.userId], orderBy: [p.id.desc()] })
 * over(sum(p.likes), { orderBy: [p.id.asc()] })
 * ```
 */
export function over<T>(
  call: Expression<T>,
  { partitionBy = [], orderBy = [] }: WindowOptions = {},
): Expression<T> {
  const parts = partitionBy.map(({ node }) => node)
  const order = orderBy.map(({ values: _, ...term }) => term)
  const orderKeys = order.map(({ node, direction, nulls }) => `${node.key} ${direction} ${nulls ?? ''}`)
  const key = `(over ${call.node.key} [${parts.map((part) => part.key).join(' ')}] [${orderKeys.join(' ')}])`
  const values = [call, ...partitionBy, ...orderBy].flatMap((each) => each.values)
  return new Expression<T>(
    { kind: 'window', key, call: call.node, partitionBy: parts, orderBy: order },
    values,
    call.type,
  )
}

/** The number of a row among those around it, from 1. */
export function rowNumber(): Expression<number> {
  return call('row_number', [], integerType as DataType<unknown>)
}

/** Like `rowNumber`; rows that sort the same have the same number, and the next ones leave a gap. */
export function rank(): Expression<number> {
  return call('rank', [], integerType as DataType<unknown>)
}

/** Like `rank`, without gaps. */
export function denseRank(): Expression<number> {
  return call('dense_rank', [], integerType as DataType<unknown>)
}

/** The value in the row before; null in the first one. */
export function lag<T>(expression: Expression<T>): Expression<T | null> {
  return call('lag', [expression], expression.type)
}

/** The value in the row after; null in the last one. */
export function lead<T>(expression: Expression<T>): Expression<T | null> {
  return call('lead', [expression], expression.type)
}

function call<T>(
  name: string,
  terms: readonly Expression<unknown>[],
  type: DataType<unknown>,
): Expression<T> {
  const key = `(${name}${terms.map(({ node }) => ` ${node.key}`).join('')})`
  const nodes = terms.map(({ node }) => node)
  return new Expression<T>(
    { kind: 'call', key, type, name, distinct: false, terms: nodes, filter: undefined },
    terms.flatMap(({ values }) => values),
    type,
  )
}
