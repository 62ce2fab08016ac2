import type { Dialect } from '../../compiler/dialect.ts'
import { toColumnName } from '../../schema/column-name.ts'
import { type CreateIndex, type DropIndex, indexName } from '../operations/table-index.ts'
import { inline } from './inline.ts'
import { besideTable, name, tableName } from './names.ts'

/** `create index …` */
export function createIndexText(dialect: Dialect, index: CreateIndex): string {
  const { columns, unique, where, using } = index
  const parts = columns.map((column) =>
    typeof column === 'string' ? name(toColumnName(column)) : `(${inline(dialect, column)})`,
  )
  const postgres = dialect.name === 'postgres'
  const words = ['create', ...(unique === true ? ['unique'] : []), 'index']
  if (index.concurrently === true && postgres) words.push('concurrently')
  words.push(name(indexName(index)), 'on', tableName(dialect, index.table))
  if (using !== undefined && postgres) words.push(`using ${using}`)
  words.push(`(${parts.join(', ')})`)
  if (where !== undefined) words.push(`where ${inline(dialect, where)}`)
  return words.join(' ')
}

/** `drop index …` */
export function dropIndexText(dialect: Dialect, { table, name: own, concurrently }: DropIndex): string {
  const words = concurrently && dialect.name === 'postgres' ? 'drop index concurrently' : 'drop index'
  return `${words} ${besideTable(dialect, table, own)}`
}
