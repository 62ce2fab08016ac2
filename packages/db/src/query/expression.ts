import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import type { DataType } from '../schema/data-type.ts'
import { booleanType } from '../schema/types/numbers.ts'
import { type Comparison, type Node, type OrderNode, typeKey } from './node.ts'
import type { SelectStatement } from './statement.ts'

/** What a value may be compared with: a value of its type that is not null, or another expression. */
export type Operand<T> = NonNullable<T> | Expression<T | null> | SelectOf<T | null>

/** A query of one selected value: usable where a value or a list of values is. */
export interface SelectOf<T> {
  readonly statement: SelectStatement
  /** What it selects; only a type. */
  readonly $result: T
}

/** Options of an order. */
export interface OrderOptions {
  /** Where NULL sorts. Default: last when ascending, first when descending, on both databases. */
  readonly nulls?: 'first' | 'last' | undefined
}

/** One term of an order. */
export interface Order extends OrderNode {
  /** The values of the node's holes, in order. */
  readonly values: readonly unknown[]
}

/**
 * A value in a query: a column, a function of columns, a condition. Immutable; its shape (`node`) is kept apart from its
 * values.
 */
export class Expression<T> {
  declare readonly $type: T
  readonly node: Node
  /** The values of the node's holes, in order. */
  readonly values: readonly unknown[]
  readonly type: DataType<unknown>

  constructor(node: Node, values: readonly unknown[], type: DataType<unknown>) {
    this.node = node
    this.values = values
    this.type = type
  }

  /** Equal. A null is refused (`ZZZ_DB_NULL`), since nothing equals NULL: use `isNull`. */
  eq(value: Operand<T>): Expression<boolean> {
    return compare('=', this, value)
  }

  /** Not equal; rows where the column is NULL are not among them. */
  neq(value: Operand<T>): Expression<boolean> {
    return compare('<>', this, value)
  }

  /** Less than. */
  lt(value: Operand<T>): Expression<boolean> {
    return compare('<', this, value)
  }

  /** At most. */
  lte(value: Operand<T>): Expression<boolean> {
    return compare('<=', this, value)
  }

  /** Greater than. */
  gt(value: Operand<T>): Expression<boolean> {
    return compare('>', this, value)
  }

  /** At least. */
  gte(value: Operand<T>): Expression<boolean> {
    return compare('>=', this, value)
  }

  /** From `low` to `high`, both included. */
  between(low: Operand<T>, high: Operand<T>): Expression<boolean> {
    const from = toOperand(this, low, 'between')
    const to = toOperand(this, high, 'between')
    const key = `(between ${this.node.key} ${from.node.key} ${to.node.key})`
    return condition(
      { kind: 'between', key, type: this.type, term: this.node, low: from.node, high: to.node },
      [...this.values, ...from.values, ...to.values],
    )
  }

  /** One of a list, or of what a query selects. Nothing is in an empty list; a null in the list finds NULL. */
  in(list: readonly T[] | SelectOf<T | null>): Expression<boolean> {
    return isSelect(list) ? inQuery(this, list, false) : inList(this, list, false)
  }

  /**
   * None of a list, or of what a query selects. A null in the list excludes NULL and nothing else; a NULL that the query
   * selects is passed over.
   */
  notIn(list: readonly T[] | SelectOf<T | null>): Expression<boolean> {
    return isSelect(list) ? inQuery(this, list, true) : inList(this, list, true)
  }

  /** NULL. */
  isNull(): Expression<boolean> {
    return condition(
      { kind: 'null', key: `(null ${this.node.key})`, term: this.node, negated: false },
      this.values,
    )
  }

  /** Not NULL. */
  isNotNull(): Expression<boolean> {
    return condition(
      { kind: 'null', key: `(notnull ${this.node.key})`, term: this.node, negated: true },
      this.values,
    )
  }

  /**
   * Matches a pattern, case-sensitively on both databases: `%` is any text, `_` any character, a backslash makes either
   * literal, and at the end of the pattern it is one itself. Escape what users type with `escapeLike`.
   */
  like(this: Expression<string> | Expression<string | null>, pattern: string): Expression<boolean> {
    return like(this, pattern, false)
  }

  /** Matches a pattern as `like` does, whatever the case of letters. */
  ilike(this: Expression<string> | Expression<string | null>, pattern: string): Expression<boolean> {
    return like(this, pattern, true)
  }

  /** Orders upwards. */
  asc(options: OrderOptions = {}): Order {
    return toOrder(this, 'asc', options)
  }

  /** Orders downwards. */
  desc(options: OrderOptions = {}): Order {
    return toOrder(this, 'desc', options)
  }
}

/** A node and the values of its holes. */
export interface Part {
  readonly node: Node
  readonly values: readonly unknown[]
}

function toOrder(
  { node, values, type }: Expression<unknown>,
  direction: Order['direction'],
  { nulls }: OrderOptions,
): Order {
  return { node, values, type, direction, nulls }
}

/** A condition from its node. */
export function condition(node: Node, values: readonly unknown[]): Expression<boolean> {
  return new Expression<boolean>(node, values, booleanType as DataType<unknown>)
}

/** A hole whose type the database knows from what stands beside it. */
export function hole(type: DataType<unknown>): Node {
  return { kind: 'value', key: '?', type, typed: false }
}

/** A value of a type that nothing beside it tells. */
export function typedHole(type: DataType<unknown>): Node {
  return { kind: 'value', key: `?${typeKey(type)}`, type, typed: true }
}

/** True for a query. A JSON value or a selection may have a `statement` of its own. */
export function isSelect(value: unknown): value is SelectOf<unknown> {
  if (typeof value !== 'object' || value === null || !('statement' in value)) return false
  const { statement } = value
  return typeof statement === 'object' && statement !== null && 'clauses' in statement
}

/** The nodes that compare a column with a value by an operator: they are the same each time. */
const comparisons = new WeakMap<Node, Map<Comparison, Node>>()

function columnComparison(operator: Comparison, { node, type }: Expression<unknown>): Node {
  const known = comparisons.get(node)?.get(operator)
  if (known !== undefined) return known
  const key = `(${operator} ${node.key} ?)`
  const made: Node = { kind: 'compare', key, type, operator, left: node, right: hole(type) }
  comparisons.set(node, (comparisons.get(node) ?? new Map()).set(operator, made))
  return made
}

function compare<T>(operator: Comparison, left: Expression<T>, value: unknown): Expression<boolean> {
  if (left.node.kind === 'column' && (typeof value === 'number' || typeof value === 'string')) {
    return condition(columnComparison(operator, left), [value])
  }
  const right = toOperand(left, value, operator)
  const key = `(${operator} ${left.node.key} ${right.node.key})`
  const values = left.values.length === 0 ? right.values : [...left.values, ...right.values]
  return condition(
    { kind: 'compare', key, type: left.type, operator, left: left.node, right: right.node },
    values,
  )
}

/** What stands on the other side of `left`: an expression as it is, a value in a hole of the same type. */
export function toOperand(left: Expression<unknown>, value: unknown, method: string): Part {
  if (value instanceof Expression) return value
  if (value === null || value === undefined) throw nullRefused(left, value, method)
  if (isSelect(value)) return subquery(value)
  return { node: hole(left.type), values: [value] }
}

/** A query as a value. */
export function subquery<T>(query: SelectOf<T>): Expression<T> {
  const { shape } = query.statement
  const type = selectedType(query.statement)
  return new Expression<T>(
    { kind: 'subquery', key: `[${shape.key}]`, statement: query.statement },
    shape.values,
    type,
  )
}

/** The type of the one value that a query selects. */
function selectedType({ clauses: { selection } }: SelectStatement): DataType<unknown> {
  if (selection instanceof Expression) return selection.type
  throw new DbError(
    'ZZZ_DB_QUERY',
    'A query that stands for a value has to select one expression: add .select((u) => u.id)',
  )
}

function inQuery(term: Expression<unknown>, query: SelectOf<unknown>, negated: boolean): Expression<boolean> {
  selectedType(query.statement)
  const { shape } = query.statement
  const key = `(${negated ? 'notin' : 'in'} ${term.node.key} [${shape.key}])`
  return condition({ kind: 'in', key, term: term.node, statement: query.statement, negated }, [
    ...term.values,
    ...shape.values,
  ])
}

function inList(term: Expression<unknown>, list: readonly unknown[], negated: boolean): Expression<boolean> {
  if (!Array.isArray(list) || list.includes(undefined)) {
    throw new DbError('ZZZ_DB_QUERY', `${nameOf(term)}: in() needs a list of values, got ${describe(list)}`)
  }
  const known = list.filter((value) => value !== null)
  const key = `(${negated ? 'notlist' : 'list'} ${term.node.key})`
  const listed = condition({ kind: 'list', key, term: term.node, type: term.type, negated }, [
    ...term.values,
    known,
  ])
  if (known.length === list.length) return listed
  return negated ? and(listed, term.isNotNull()) : or(listed, term.isNull())
}

function like(term: Expression<string> | Expression<string | null>, pattern: string, insensitive: boolean) {
  if (typeof pattern !== 'string') {
    throw new DbError('ZZZ_DB_QUERY', `${nameOf(term)}: like() needs a text, got ${describe(pattern)}`)
  }
  const key = `(${insensitive ? 'ilike' : 'like'} ${term.node.key})`
  return condition({ kind: 'like', key, term: term.node, insensitive }, [...term.values, closed(pattern)])
}

/** A backslash that has nothing to escape stands for itself; PostgreSQL would refuse it, and SQLite find nothing. */
function closed(pattern: string): string {
  return /(?<!\\)(?:\\\\)*\\$/.test(pattern) ? `${pattern}\\` : pattern
}

/** Makes a text match itself in `like` and `ilike`. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}

/** All conditions hold; with none, true. */
export function and(...conditions: readonly Expression<boolean>[]): Expression<boolean> {
  return logic('and', conditions)
}

/** At least one condition holds; with none, false. */
export function or(...conditions: readonly Expression<boolean>[]): Expression<boolean> {
  return logic('or', conditions)
}

function logic(operator: 'and' | 'or', conditions: readonly Expression<boolean>[]): Expression<boolean> {
  const [first] = conditions
  if (first !== undefined && conditions.length === 1) return first
  const terms = conditions.map(({ node }) => node)
  const key = `(${operator} ${terms.map((term) => term.key).join(' ')})`
  return condition(
    { kind: 'logic', key, operator, terms },
    conditions.flatMap(({ values }) => values),
  )
}

/** The condition does not hold; where it is unknown because of a NULL, neither does this one. */
export function not(term: Expression<boolean>): Expression<boolean> {
  return condition({ kind: 'not', key: `(not ${term.node.key})`, term: term.node }, term.values)
}

/** The query has at least one row. */
export function exists(query: { readonly statement: SelectStatement }): Expression<boolean> {
  const { shape } = query.statement
  return condition(
    { kind: 'exists', key: `(exists [${shape.key}])`, statement: query.statement },
    shape.values,
  )
}

/** An expression in a message: `users.email`. */
export function nameOf({ node }: Expression<unknown>): string {
  return node.kind === 'column' ? `${node.alias}.${node.column.field}` : 'an expression'
}

function nullRefused(left: Expression<unknown>, value: null | undefined, method: string): DbError {
  return new DbError(
    'ZZZ_DB_NULL',
    `${nameOf(left)} is compared (${method}) with ${value}, and no row ever matches that: use isNull() or isNotNull()`,
  )
}
