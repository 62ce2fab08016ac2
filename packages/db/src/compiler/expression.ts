import type { Node, OrderNode } from '../query/node.ts'
import { quote } from './dialect.ts'
import { checkComparable, type Writer, writeParameter, writeValue } from './writer.ts'

/** Writes an expression. Children are visited in the order in which their values stand. */
export function writeNode(writer: Writer, node: Node): string {
  switch (node.kind) {
    case 'column':
      return `${quote(node.alias)}.${quote(node.column.name)}`
    case 'value':
      return node.typed
        ? writer.dialect.typed(writeValue(writer, node.type), writer.dialect.codec(node.type))
        : writeValue(writer, node.type)
    case 'compare':
      checkComparable(writer, node.type, /^(?:=|<>)$/.test(node.operator) ? 'equality' : 'size')
      return `${writeTerm(writer, node.left)} ${node.operator} ${writeTerm(writer, node.right)}`
    case 'logic':
      if (node.terms.length === 0) return node.operator === 'and' ? 'true' : 'false'
      return node.terms.map((term) => writeTerm(writer, term)).join(` ${node.operator} `)
    case 'not':
      return `not ${writeTerm(writer, node.term)}`
    case 'null':
      return `${writeTerm(writer, node.term)} is ${node.negated ? 'not ' : ''}null`
    case 'between':
      checkComparable(writer, node.type, 'size')
      return `${writeTerm(writer, node.term)} between ${writeTerm(writer, node.low)} and ${writeTerm(writer, node.high)}`
    case 'list':
      return writeList(writer, node)
    case 'in':
      return writeIn(writer, node)
    case 'like':
      return writeLike(writer, node)
    case 'exists':
      return `exists (${writer.select(node.statement)})`
    case 'subquery':
      return `(${writer.select(node.statement)})`
    case 'call':
      return writeCall(writer, node)
    case 'window':
      return writeWindow(writer, node)
    case 'fragment':
      return node.texts.reduce((text, next, i) => text + writeTerm(writer, node.terms[i - 1] as Node) + next)
  }
}

type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>

const atoms = new Set<Node['kind']>(['column', 'value', 'call', 'window', 'subquery', 'exists'])

/** A part of a greater expression, in parentheses where it is more than one word. */
function writeTerm(writer: Writer, node: Node): string {
  const text = writeNode(writer, node)
  return atoms.has(node.kind) ? text : `(${text})`
}

function writeList(writer: Writer, { term, type, negated }: NodeOf<'list'>): string {
  checkComparable(writer, type, 'equality')
  const left = writeTerm(writer, term)
  const { dialect, dumps } = writer
  const { text, dump } = dialect.inList(
    left,
    dialect.parameter(dumps.length + 1),
    negated,
    dialect.codec(type),
  )
  writeParameter(writer, dump)
  return text
}

function writeLike(writer: Writer, { term, insensitive }: NodeOf<'like'>): string {
  const left = writeTerm(writer, term)
  const { dialect, dumps } = writer
  const { text, dump } = dialect.like(left, dialect.parameter(dumps.length + 1), insensitive)
  writeParameter(writer, dump)
  return text
}

/** A NULL among what the subquery selects would make NOT IN unknown for every row, so it is left out. */
function writeIn(writer: Writer, { term, statement, negated }: NodeOf<'in'>): string {
  const left = writeTerm(writer, term)
  const text = writer.select(statement)
  if (!negated) return `${left} in (${text})`
  return `${left} not in (select "value" from (${text}) as "excluded" where "value" is not null)`
}

function writeWindow(writer: Writer, { call, partitionBy, orderBy }: NodeOf<'window'>): string {
  const name = writeNode(writer, call)
  const parts = partitionBy.map((node) => writeNode(writer, node)).join(', ')
  const order = orderBy.map((term) => writeOrder(writer, term)).join(', ')
  const clauses = [parts && `partition by ${parts}`, order && `order by ${order}`].filter(
    (text) => text !== '',
  )
  return `${name} over (${clauses.join(' ')})`
}

/** A term of an order, with NULL in the same place on every database. */
export function writeOrder(writer: Writer, { node, type, direction, nulls }: OrderNode): string {
  checkComparable(writer, type, 'size')
  const nullable = writer.outer === true || node.kind !== 'column' || node.column.nullable
  return `${writeNode(writer, node)} ${direction}${writer.dialect.nulls(direction, nulls, nullable)}`
}

const anyType = new Set(['count', 'coalesce', 'lag', 'lead', 'first_value', 'last_value'])

function writeCall(writer: Writer, { name, distinct, terms, filter, type }: NodeOf<'call'>): string {
  if (!anyType.has(name)) checkComparable(writer, type, 'size')
  const content =
    name === 'count' && terms.length === 0 ? '*' : terms.map((term) => writeNode(writer, term)).join(', ')
  const call = `${name}(${distinct ? 'distinct ' : ''}${content})`
  return filter === undefined ? call : `${call} filter (where ${writeNode(writer, filter)})`
}
