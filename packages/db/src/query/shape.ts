import { DbError } from '../errors.ts'
import { Expression } from './expression.ts'
import type { Clauses, CteSource, Selection, SelectStatement, Shape, Source } from './statement.ts'

/**
 * The shape of a select. Values are taken clause by clause in the order in which the compiler visits the clauses
 * (`compiler/select.ts`); that is the one thing both have to agree on.
 */
export function shapeOf(clauses: Clauses): Shape {
  const { source, joins, where, groupBy, having, orderBy, limit, offset, distinct, selection, lock } = clauses
  const values: unknown[] = []
  let key = ''

  function add(word: string, { node, values: own }: Expression<unknown>): void {
    key += `${word}${node.key}`
    for (const value of own) values.push(value)
  }

  function addValues({ shape }: SelectStatement): void {
    for (const value of shape.values) values.push(value)
  }

  function addSource(from: Source): void {
    key += from.key
    if (from.kind === 'query') addValues(from.statement)
    if (from.kind === 'combined') from.statements.forEach(addValues)
  }

  function addSelection(selected: Selection): void {
    if (selected instanceof Expression) return add(' ', selected)
    if (isSelectedRow(selected)) key += ` *${selected.alias}`
    else {
      key += ' {'
      for (const [name, inner] of Object.entries(selected)) {
        key += JSON.stringify(name)
        addSelection(inner)
      }
      key += '}'
    }
  }

  for (const { statement, step } of ctesOf(clauses)) {
    addValues(statement)
    if (step !== undefined) addValues(step)
  }
  if (distinct === true) key += 'distinct '
  else if (distinct !== false) for (const expression of distinct) add('on ', expression)
  if (selection !== undefined) addSelection(selection)
  addSource(source)
  for (const join of joins) {
    key += ` ${join.kind} `
    addSource(join.source)
    add(' ', join.on)
  }
  for (const condition of where) add(' w', condition)
  for (const expression of groupBy) add(' g', expression)
  for (const condition of having) add(' h', condition)
  for (const { expression, direction, nulls } of orderBy) add(` ${direction} ${nulls ?? ''} `, expression)
  if (limit !== undefined) {
    key += ' l'
    values.push(limit)
  }
  if (offset !== undefined) {
    key += ' o'
    values.push(offset)
  }
  if (lock !== undefined) key += ` for ${lock.strength} ${lock.wait}`
  return { key, values }
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
