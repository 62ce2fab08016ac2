import { DbError } from '../errors.ts'
import { Expression } from '../query/expression.ts'
import { ctesOf, isSelectedRow } from '../query/shape.ts'
import type { Clauses, CteSource, Lock, Selection, SelectStatement, Source } from '../query/statement.ts'
import type { Column } from '../schema/schema.ts'
import { integerType } from '../schema/types/numbers.ts'
import { quote } from './dialect.ts'
import { writeNode, writeOrder } from './expression.ts'
import { checkGroups } from './grouped.ts'
import type { Output } from './output.ts'
import { type Writer, writeValue } from './writer.ts'

/** A written select, and what its columns are. */
export interface WrittenSelect {
  readonly text: string
  readonly output: Output
}

/** Writes a select. Its clauses are visited in the order of `query/shape.ts`, in which their values stand. */
export function writeSelect(around: Writer, { clauses }: SelectStatement): WrittenSelect {
  const { source, joins, where, groupBy, having, orderBy } = clauses
  const writer: Writer = { ...around, outer: hasOuterJoin(clauses) }
  checkGroups(clauses)
  const named = writeCtes(writer, ctesOf(clauses))
  const distinct = writeDistinct(writer, clauses)
  const { columns, output } = writeSelection(writer, clauses)
  let text = `${named}select ${distinct}${columns.join(', ')} from ${writeSource(writer, source)}`
  for (const join of joins) {
    text += ` ${join.kind} join ${writeSource(writer, join.source)} on ${writeNode(writer, join.on.node)}`
  }
  text += writeConditions(writer, 'where', where)
  if (groupBy.length > 0) text += ` group by ${groupBy.map(({ node }) => writeNode(writer, node)).join(', ')}`
  text += writeConditions(writer, 'having', having)
  if (orderBy.length > 0) text += ` order by ${orderBy.map((term) => writeOrder(writer, term)).join(', ')}`
  text += writeWindow(writer, clauses)
  return { text: clauses.lock === undefined ? text : text + writeLock(writer, clauses.lock), output }
}

const hasOuterJoin = ({ joins }: Clauses): boolean => joins.some(({ kind }) => kind !== 'inner')

function writeDistinct(writer: Writer, { distinct }: Clauses): string {
  if (distinct === false) return ''
  if (distinct === true) return 'distinct '
  if (!writer.dialect.has.distinctOn)
    throw unsupported(writer, 'distinct on; group by the expressions instead')
  return `distinct on (${distinct.map(({ node }) => writeNode(writer, node)).join(', ')}) `
}

function writeCtes(writer: Writer, ctes: readonly CteSource[]): string {
  if (ctes.length === 0) return ''
  const recursive = ctes.some(({ step }) => step !== undefined) ? 'recursive ' : ''
  const texts = ctes.map(({ name, statement, step }) => {
    const first = writer.select(statement)
    return `${quote(name)} as (${step === undefined ? first : `${first} union all ${writer.select(step)}`})`
  })
  return `with ${recursive}${texts.join(', ')} `
}

/** A query among several; what comes after its rows were found has to stand in parentheses, which SQLite has not. */
function writePart(writer: Writer, statement: SelectStatement): string {
  const { orderBy, limit, offset, source, joins } = statement.clauses
  const named = [source, ...joins.map((join) => join.source)].some(({ kind }) => kind === 'cte')
  const text = writer.select(statement)
  const plain = orderBy.length === 0 && limit === undefined && offset === undefined && !named
  return plain ? text : `select * from (${text}) as "part"`
}

/** Where rows come from, under its alias. */
export function writeSource(writer: Writer, source: Source): string {
  if (source.kind === 'combined') {
    const parts = source.statements.map((statement) => writePart(writer, statement))
    return `(${parts.join(` ${source.operator} `)}) as ${quote(source.alias)}`
  }
  if (source.kind === 'cte' || source.kind === 'reference') {
    return source.name === source.alias
      ? quote(source.name)
      : `${quote(source.name)} as ${quote(source.alias)}`
  }
  if (source.kind === 'query')
    return `(${writeSelect(writer, source.statement).text}) as ${quote(source.alias)}`
  const { table, prefix } = source.schema
  const name = prefix === undefined ? quote(table) : `${quote(prefix)}.${quote(table)}`
  return table === source.alias && prefix === undefined ? name : `${name} as ${quote(source.alias)}`
}

/** `where` or `having` with all conditions, or nothing. */
export function writeConditions(
  writer: Writer,
  word: 'where' | 'having',
  conditions: readonly Expression<boolean>[],
): string {
  const [first] = conditions
  if (first === undefined) return ''
  if (conditions.length === 1) return ` ${word} ${writeNode(writer, first.node)}`
  return ` ${word} ${conditions.map(({ node }) => `(${writeNode(writer, node)})`).join(' and ')}`
}

function writeWindow(writer: Writer, { limit, offset }: Clauses): string {
  const type = integerType as Parameters<typeof writeValue>[1]
  const most = limit === undefined ? undefined : writeValue(writer, type)
  const first = offset === undefined ? undefined : writeValue(writer, type)
  return writer.dialect.window(most, first)
}

function writeLock(writer: Writer, { strength, wait }: Lock): string {
  if (!writer.dialect.has.locks)
    throw unsupported(writer, 'locks on rows; its transactions write one at a time')
  return ` for ${strength}${wait === 'wait' ? '' : ` ${wait}`}`
}

interface WrittenSelection {
  readonly columns: string[]
  readonly output: Output
}

function writeSelection(writer: Writer, clauses: Clauses): WrittenSelection {
  const { selection, source } = clauses
  const columns: string[] = []
  const outer = hasOuterJoin(clauses)

  function addRow(alias: string, all: readonly Column[]): Output {
    const first = columns.length
    for (const { name, field } of all) columns.push(nameColumn(`${quote(alias)}.${quote(name)}`, name, field))
    return { kind: 'row', first, columns: all, optional: outer }
  }

  function add(selected: Selection, name: string): Output {
    if (selected instanceof Expression) {
      columns.push(`${writeNode(writer, selected.node)} as ${quote(name)}`)
      return { kind: 'value', index: columns.length - 1, type: selected.type }
    }
    if (isSelectedRow(selected)) return addRow(selected.alias, selected.schema.columns)
    return { kind: 'record', entries: Object.entries(selected).map(([key, inner]) => [key, add(inner, key)]) }
  }

  if (selection !== undefined) return { output: add(selection, 'value'), columns }
  if (source.kind !== 'table')
    throw new DbError('ZZZ_DB_QUERY', 'A query on a query has to select its columns')
  return { output: addRow(source.alias, source.schema.columns), columns }
}

/** Under its field's name, which is how the query around a subquery refers to it. */
function nameColumn(text: string, name: string, field: string): string {
  return name === field ? text : `${text} as ${quote(field)}`
}

function unsupported({ dialect }: Writer, what: string): DbError {
  return new DbError('ZZZ_DB_UNSUPPORTED', `${dialect.name} has no ${what}`)
}
