import type { DataType } from '../schema/data-type.ts'
import type { AnyField, Field } from '../schema/field.ts'
import { floatType, integerType } from '../schema/types/numbers.ts'
import { Expression, type Operand, toOperand, typedHole } from './expression.ts'
import type { Node } from './node.ts'

/** What an aggregate looks at. */
export interface AggregateOptions {
  /** Only different values. */
  readonly distinct?: boolean | undefined
  /** Only rows for which the condition holds. */
  readonly filter?: Expression<boolean> | undefined
}

/**
 * How many rows there are, or how many values that are not NULL.
 *
 * ```ts
 * count()
 * count({ filter: p.score.gt(5) })
 * count(p.userId, { distinct: true })
 * ```
 */
export function count(
  expression?: Expression<unknown> | Pick<AggregateOptions, 'filter'>,
  options: AggregateOptions = {},
): Expression<number> {
  const type = integerType as DataType<unknown>
  return expression === undefined || expression instanceof Expression
    ? aggregate('count', expression, type, options)
    : aggregate('count', undefined, type, expression)
}

/** The sum of the values that are not NULL; null when there are none. */
export function sum<T extends number | bigint | string>(
  expression: Expression<T> | Expression<T | null>,
  options: AggregateOptions = {},
): Expression<T | null> {
  return aggregate('sum', expression, expression.type, options)
}

/** The average of the values that are not NULL, as a number; null when there are none. */
export function avg(
  expression: Expression<number> | Expression<number | null>,
  options: AggregateOptions = {},
): Expression<number | null> {
  return aggregate('avg', expression, floatType as DataType<unknown>, options)
}

/** The least value; null when there is none. */
export function min<T>(expression: Expression<T>, options: AggregateOptions = {}): Expression<T | null> {
  return aggregate('min', expression, expression.type, options)
}

/** The greatest value; null when there is none. */
export function max<T>(expression: Expression<T>, options: AggregateOptions = {}): Expression<T | null> {
  return aggregate('max', expression, expression.type, options)
}

function aggregate<T>(
  name: string,
  expression: Expression<unknown> | undefined,
  type: DataType<unknown>,
  { distinct = false, filter }: AggregateOptions,
): Expression<T> {
  const terms = expression === undefined ? [] : [expression]
  const filterKey = filter === undefined ? '' : ` filter ${filter.node.key}`
  const key = `(${name}${distinct ? ' distinct' : ''}${keysOf(terms)}${filterKey})`
  return new Expression<T>(
    {
      kind: 'call',
      key,
      type: expression?.type ?? type,
      name,
      distinct,
      terms: terms.map(({ node }) => node),
      filter: filter?.node,
    },
    [...terms.flatMap(({ values }) => values), ...(filter?.values ?? [])],
    type,
  )
}

/** The first of the values that is not NULL; the last may be a plain value. */
export function coalesce<T>(
  expression: Expression<T | null>,
  ...others: readonly [Operand<T>, ...Operand<T>[]]
): Expression<T> {
  const parts = [expression, ...others.map((other) => toOperand(expression, other, 'coalesce'))]
  const terms = parts.map(({ node }) => node)
  const key = `(coalesce${keysOf(parts)})`
  return new Expression<T>(
    { kind: 'call', key, type: expression.type, name: 'coalesce', distinct: false, terms, filter: undefined },
    parts.flatMap(({ values }) => values),
    expression.type,
  )
}

/**
 * A value as an expression, of the type of a field.
 *
 * ```ts
 * from(User).select((u) => ({ id: u.id, source: value('database', text()) }))
 * ```
 */
export function value<T>(content: T, field: Field<T>): Expression<T> {
  const { type } = (field as AnyField).parts
  return new Expression<T>(typedHole(type), [content], type)
}

function keysOf(parts: readonly { readonly node: Node }[]): string {
  return parts.map(({ node }) => ` ${node.key}`).join('')
}
