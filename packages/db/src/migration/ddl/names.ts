import { type Dialect, quote } from '../../compiler/dialect.ts'
import { DbError } from '../../errors.ts'
import { toColumnName } from '../../schema/column-name.ts'

/** PostgreSQL cuts longer names off without a word, and two of them may become one. */
const longest = 63

/** The name of a table, index or constraint, quoted. Throws `ZZZ_DB_MIGRATION` for one that is empty or too long. */
export function name(text: string): string {
  if (typeof text === 'string' && text !== '' && Buffer.byteLength(text) <= longest && !text.includes('\0')) {
    return quote(text)
  }
  throw new DbError(
    'ZZZ_DB_MIGRATION',
    `${JSON.stringify(text)} cannot be a name: it needs 1 to ${longest} bytes; give a shorter one as option "name"`,
  )
}

/** The name of a table, in a PostgreSQL schema where it is `schema.table`. */
export function tableName(dialect: Dialect, table: string): string {
  const { prefix, bare } = split(table)
  if (prefix === undefined) return name(bare)
  if (dialect.name === 'sqlite') {
    throw new DbError('ZZZ_DB_UNSUPPORTED', `SQLite has no schemas, so no table ${table}`)
  }
  return `${name(prefix)}.${name(bare)}`
}

/** The name of something that stands in the same PostgreSQL schema as a table. */
export function besideTable(dialect: Dialect, table: string, own: string): string {
  const { prefix } = split(table)
  return tableName(dialect, prefix === undefined ? own : `${prefix}.${own}`)
}

/** The name of a table without its PostgreSQL schema. */
export function bareName(table: string): string {
  return split(table).bare
}

/** The new name of a table, which stays in its PostgreSQL schema. */
export function renamedTable(from: string, to: string): string {
  const [old, next] = [split(from), split(to)]
  if (next.prefix === undefined || next.prefix === old.prefix) return name(next.bare)
  throw new DbError(
    'ZZZ_DB_MIGRATION',
    `renameTable('${from}', '${to}'): a rename does not move to another schema`,
  )
}

/** The columns of fields, quoted. */
export function columnNames(fields: readonly string[]): string {
  return fields.map((field) => name(toColumnName(field))).join(', ')
}

function split(table: string): { readonly prefix: string | undefined; readonly bare: string } {
  const dot = String(table).indexOf('.')
  return dot < 0
    ? { prefix: undefined, bare: table }
    : { prefix: table.slice(0, dot), bare: table.slice(dot + 1) }
}
