import { DbError } from '../errors.ts'
import { Expression } from '../query/expression.ts'
import type { SqlFragment } from '../query/sql.ts'
import type { Raw } from '../schema/data-type.ts'
import type { Dialect, Dump } from './dialect.ts'
import { writeNode } from './expression.ts'
import { writeSelect } from './select.ts'
import type { Writer } from './writer.ts'

/** A statement that something else made, like a compiled query of Kysely: its text has the parameters of the database. */
export interface ForeignStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** A whole statement of the application's own. */
export type RawStatement = SqlFragment | ForeignStatement

/** Text and parameters of a whole statement. */
export function compileRaw(statement: RawStatement, dialect: Dialect): { text: string; parameters: Raw[] } {
  if (!(statement instanceof Expression)) {
    if (typeof statement?.sql === 'string' && Array.isArray(statement.parameters)) {
      return { text: statement.sql, parameters: statement.parameters as Raw[] }
    }
    throw new DbError('ZZZ_DB_QUERY', 'A raw statement is made by sql`…`, so that its values stay parameters')
  }
  const dumps: Dump[] = []
  const writer: Writer = { dialect, dumps, select: (inner) => writeSelect(writer, inner).text }
  const text = writeNode(writer, statement.node).trim()
  const parameters = statement.values.map((value, i) =>
    value === null ? null : (dumps[i] as Dump)(value as never),
  )
  return { text, parameters }
}
