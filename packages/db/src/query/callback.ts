import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import { rowOf } from './columns.ts'
import { Expression, isSelect, type Order, subquery } from './expression.ts'
import { aliasesOf, aliasTaken } from './source.ts'
import type { Clauses, Selection } from './statement.ts'

/** What a query calls with the columns of its sources. */
export type Callback<B extends readonly unknown[], T> = (...columns: B) => T

/** The queries whose callbacks run right now: a callback may make a query of its own. */
const enclosing: Clauses[] = []

/** Runs a callback of a query. A query inside it whose sources have the same names would capture the outer columns. */
export function callWith<B extends readonly unknown[], T>(
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

/** What `select` is given as a selection. */
export function toSelection(selected: unknown): Selection {
  if (selected instanceof Expression) return selected
  if (isSelect(selected)) return subquery(selected)
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

/** Refuses what is no condition. */
export function toCondition(method: string, value: unknown): Expression<boolean> {
  if (value instanceof Expression) return value as Expression<boolean>
  throw new DbError('ZZZ_DB_QUERY', `${method}() needs a condition like u.id.eq(1), got ${describe(value)}`)
}

/** One or several expressions as a list. */
export function toExpressions(method: string, value: unknown): readonly Expression<unknown>[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const each of list) {
    if (each instanceof Expression) continue
    throw new DbError('ZZZ_DB_QUERY', `${method}() needs an expression like u.id, got ${describe(each)}`)
  }
  return list as readonly Expression<unknown>[]
}

/** One or several terms of an order as a list. */
export function toOrder(value: unknown): readonly Order[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const each of list) {
    if (typeof each === 'object' && each !== null && 'direction' in each) continue
    throw new DbError('ZZZ_DB_QUERY', `orderBy() needs a term like u.name.asc(), got ${describe(each)}`)
  }
  return list as readonly Order[]
}

/** Refuses what is no number of rows. */
export function toCount(method: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new DbError('ZZZ_DB_QUERY', `${method}() needs a whole number of rows from 0, got ${describe(value)}`)
}
