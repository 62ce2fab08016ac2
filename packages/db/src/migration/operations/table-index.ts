import { DbError } from '../../errors.ts'
import { flagRule, isText, sqlRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import type { SqlFragment } from '../../query/sql.ts'
import { toColumnName } from '../../schema/column-name.ts'

/** A new index. */
export interface CreateIndex extends IndexOptions {
  readonly kind: 'createIndex'
  readonly table: string
  readonly columns: readonly IndexColumn[]
}

/** A field, or an expression: `` sql`lower(email)` ``. */
export type IndexColumn = string | SqlFragment

/** Options of an index. */
export interface IndexOptions {
  /** Its name. Default `<table>_<columns>_index`; one with an expression needs a name. */
  readonly name?: string | undefined
  /** Refuses rows that are equal in these columns. Default false. */
  readonly unique?: boolean | undefined
  /** Only rows that meet this are in it. */
  readonly where?: SqlFragment | undefined
  /** PostgreSQL: without keeping writers out; needs `export const transaction = false`. Default false. */
  readonly concurrently?: boolean | undefined
  /** PostgreSQL: the kind of index, like `gin`. */
  readonly using?: string | undefined
}

/** The end of an index. */
export interface DropIndex {
  readonly kind: 'dropIndex'
  readonly name: string
  readonly table: string
  readonly concurrently: boolean
  /** What it was, where that is known. */
  readonly was: CreateIndex | undefined
}

const indexRules: OptionRules<IndexOptions> = {
  name: ['a name', isText],
  unique: flagRule,
  where: sqlRule,
  concurrently: flagRule,
  using: ['a kind of index, like gin', (value) => isText(value) && /^\w+$/.test(value)],
}

/** Creates an index. */
export function createIndex(
  table: string,
  columns: readonly IndexColumn[],
  options: IndexOptions = {},
): CreateIndex {
  checkOptions('createIndex', options, indexRules)
  const index: CreateIndex = { kind: 'createIndex', table, columns, ...options }
  indexName(index)
  return index
}

/** Drops an index that `createIndex` would make from the same arguments. */
export function dropIndex(
  table: string,
  columns: readonly IndexColumn[],
  options: IndexOptions = {},
): DropIndex {
  checkOptions('dropIndex', options, indexRules)
  const was: CreateIndex = { kind: 'createIndex', table, columns, ...options }
  return { kind: 'dropIndex', table, name: indexName(was), concurrently: options.concurrently === true, was }
}

/** Drops an index by its name; it cannot be reversed. */
export function dropIndexNamed(
  table: string,
  name: string,
  options: { readonly concurrently?: boolean | undefined } = {},
): DropIndex {
  checkOptions('dropIndexNamed', options, { concurrently: indexRules.concurrently })
  return { kind: 'dropIndex', table, name, concurrently: options.concurrently === true, was: undefined }
}

/** The name of an index: the one that is given, or `<table>_<columns>_index`. Throws `ZZZ_DB_MIGRATION`. */
export function indexName({ table, columns, name }: CreateIndex): string {
  if (name !== undefined) return name
  const named = columns.map((column) => {
    if (typeof column === 'string') return toColumnName(column)
    throw new DbError('ZZZ_DB_MIGRATION', `An index of ${table} with an expression needs the option "name"`)
  })
  return [table.slice(table.indexOf('.') + 1), ...named, 'index'].join('_')
}
