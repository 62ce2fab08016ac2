import { DbError } from '../errors.ts'
import { Expression, type Part } from './expression.ts'
import type { Clauses, CteSource, Selection, SelectStatement, Shape, Source } from './statement.ts'

/**
 * The shape of a select. Values are taken clause by clause in the order in which the compiler visits the clauses
 * (`compiler/select.ts`); that is the one thing both have to agree on.
 */
export function shapeOf(clauses: Clauses): Shape {
  const { source, joins, where, groupBy, having, orderBy, limit, offset, distinct, selection, lock } = clauses
  const only = onlyComparison(clauses)
  if (only !== undefined) return { key: only.node.key, values: only.values }
  const shape: Growing = { key: '', values: [] }
  for (const { statement, step } of ctesOf(clauses)) {
    addValues(shape, statement)
    if (step !== undefined) addValues(shape, step)
  }
  if (distinct === true) shape.key = 'distinct '
  else if (distinct !== false) for (const expression of distinct) add(shape, 'on ', expression)
  if (selection !== undefined) addSelection(shape, selection)
  addSource(shape, source)
  for (const join of joins) {
    shape.key += ` ${join.kind} `
    addSource(shape, join.source)
    add(shape, ' ', join.on)
  }
  for (const condition of where) add(shape, ' w', condition)
  for (const expression of groupBy) add(shape, ' g', expression)
  for (const condition of having) add(shape, ' h', condition)
  for (const term of orderBy) {
    const { direction, nulls } = term
    add(shape, nulls === undefined ? ` ${direction} ` : ` ${direction} ${nulls} `, term)
  }
  if (limit !== undefined) {
    shape.key += ' l'
    shape.values.push(limit)
  }
  if (offset !== undefined) {
    shape.key += ' o'
    shape.values.push(offset)
  }
  if (lock !== undefined) shape.key += ` for ${lock.strength} ${lock.wait}`
  return shape
}

/**
 * The comparison of a table's column that is all there is to a query: its key tells the table as well, and begins like no
 * other. Being the same text each time it is found at once, where one put together anew is first read through.
 */
function onlyComparison(clauses: Clauses): Expression<boolean> | undefined {
  const { source, joins, where, groupBy, having, orderBy, limit, offset, distinct, selection, lock } = clauses
  const [only] = where
  if (only?.node.kind !== 'compare' || source.kind !== 'table' || where.length > 1) return undefined
  const { left } = only.node
  const own =
    left.kind === 'column' && left.alias === source.alias && source.schema.columns.includes(left.column)
  const others = joins.length + groupBy.length + having.length + orderBy.length
  const plain = limit === undefined && offset === undefined && distinct === false && lock === undefined
  return own && others === 0 && plain && selection === undefined ? only : undefined
}

/** A shape while it is put together. */
interface Growing {
  key: string
  readonly values: unknown[]
}

function add(shape: Growing, word: string, { node, values }: Part): void {
  shape.key += word + node.key
  for (const value of values) shape.values.push(value)
}

function addValues({ values }: Growing, { shape }: SelectStatement): void {
  for (const value of shape.values) values.push(value)
}

function addSource(shape: Growing, source: Source): void {
  shape.key += source.key
  if (source.kind === 'query') addValues(shape, source.statement)
  if (source.kind === 'combined') for (const statement of source.statements) addValues(shape, statement)
}

function addSelection(shape: Growing, selection: Selection): void {
  if (selection instanceof Expression) return add(shape, ' ', selection)
  if (isSelectedRow(selection)) {
    shape.key += ` *${selection.alias}`
    return
  }
  shape.key += ' {'
  for (const [name, inner] of Object.entries(selection)) {
    shape.key += JSON.stringify(name)
    addSelection(shape, inner)
  }
  shape.key += '}'
}

const noCtes: readonly CteSource[] = []

/** The named queries of a select, each once. Throws `ZZZ_DB_QUERY` when two have one name. */
export function ctesOf({ source, joins }: Clauses): readonly CteSource[] {
  if (source.kind === 'table' && joins.length === 0) return noCtes
  const byName = new Map<string, CteSource>()
  for (const each of [source, ...joins.map((join) => join.source)]) {
    if (each.kind !== 'cte') continue
    const known = byName.get(each.name)
    if (known !== undefined && known.statement !== each.statement) {
      throw new DbError('ZZZ_DB_QUERY', `Two queries are named ${JSON.stringify(each.name)}`)
    }
    byName.set(each.name, each)
  }
  return [...byName.values()]
}

/** A whole row among what is selected. */
export function isSelectedRow(selection: Selection): selection is Extract<Selection, { kind: 'row' }> {
  return 'kind' in selection && selection.kind === 'row'
}
