import { DbError } from '../errors.ts'
import { Expression } from '../query/expression.ts'
import type { Node } from '../query/node.ts'
import { isSelectedRow } from '../query/shape.ts'
import type { Clauses, Selection } from '../query/statement.ts'
import type { Column } from '../schema/schema.ts'

const aggregates = new Set(['count', 'sum', 'avg', 'min', 'max'])

type ColumnNode = Extract<Node, { kind: 'column' }>

/**
 * Refuses what PostgreSQL refuses and SQLite answers with the value of any row: a column that differs within a group, and
 * `distinct` in an order that is not among what is selected. SQL of the application's own is left to the database.
 */
export function checkGroups(clauses: Clauses): void {
  const { groupBy, having, orderBy, distinct } = clauses
  if (groupBy.length > 0) {
    const selected = selectedNodes(clauses)
    const others = [...having, ...orderBy].map(({ node }) => node)
    for (const node of [...selected, ...others]) {
      const loose = looseColumn(node, clauses)
      if (loose !== undefined) throw ungrouped(loose)
    }
  }
  if (distinct !== true || orderBy.length === 0) return
  const keys = new Set(selectedNodes(clauses).map(({ key }) => key))
  const other = orderBy.find(({ node }) => node.kind !== 'fragment' && !keys.has(node.key))
  if (other === undefined) return
  throw new DbError(
    'ZZZ_DB_QUERY',
    `distinct() orders by ${nameOf(other.node)}, which is not selected, so rows that are one may stand in several places: select it too, or group by it`,
  )
}

/** All that a query selects, a row as its columns. */
function selectedNodes({ selection, source }: Clauses): Node[] {
  if (selection !== undefined) return nodesOf(selection)
  return source.kind === 'table' ? columnNodes(source.alias, source.schema) : []
}

function nodesOf(selection: Selection): Node[] {
  if (selection instanceof Expression) return [selection.node]
  if (isSelectedRow(selection)) return columnNodes(selection.alias, selection.schema)
  return Object.values(selection).flatMap(nodesOf)
}

function columnNodes(
  alias: string,
  { serial, columns }: { readonly serial: number; readonly columns: readonly Column[] },
): Node[] {
  return columns.map((column) => ({
    kind: 'column',
    key: `${serial}.${alias}.${column.field}`,
    alias,
    column,
  }))
}

/** A column of the node that has no single value in a group. */
function looseColumn(node: Node, clauses: Clauses): ColumnNode | undefined {
  if (clauses.groupBy.some((expression) => expression.node.key === node.key)) return undefined
  switch (node.kind) {
    case 'column':
      return isOfGroup(node, clauses) ? undefined : node
    case 'call':
      return aggregates.has(node.name) ? undefined : firstLoose(node.terms, clauses)
    case 'compare':
      return firstLoose([node.left, node.right], clauses)
    case 'logic':
      return firstLoose(node.terms, clauses)
    case 'not':
    case 'null':
    case 'list':
    case 'like':
      return looseColumn(node.term, clauses)
    case 'between':
      return firstLoose([node.term, node.low, node.high], clauses)
    default:
      return undefined
  }
}

function firstLoose(nodes: readonly Node[], clauses: Clauses): ColumnNode | undefined {
  for (const node of nodes) {
    const loose = looseColumn(node, clauses)
    if (loose !== undefined) return loose
  }
  return undefined
}

/** Whether a column is the same in a whole group: where the primary key of its table is grouped by, or it is from outside. */
function isOfGroup({ alias }: ColumnNode, { source, joins, groupBy }: Clauses): boolean {
  const own = [source, ...joins.map((join) => join.source)].find((each) => each.alias === alias)
  if (own === undefined) return true
  if (own.kind !== 'table' || own.schema.primaryKey.length === 0) return false
  const grouped = new Set(groupBy.map(({ node }) => node.key))
  return own.schema.primaryKey.every((field) => grouped.has(`${own.schema.serial}.${alias}.${field}`))
}

function ungrouped(node: ColumnNode): DbError {
  return new DbError(
    'ZZZ_DB_QUERY',
    `${nameOf(node)} may differ within a group: group by it too, select max() or min() of it, or leave it out by select()`,
  )
}

function nameOf(node: Node): string {
  return node.kind === 'column' ? `${node.alias}.${node.column.field}` : 'an expression'
}
