import { DbError } from '../errors.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import type { AnyQuery } from '../query/query.ts'
import { deleteStatement, insertStatement, updateStatement } from '../query/write.ts'
import type { AnyRow, AnySchema, Column } from '../schema/schema.ts'
import { checkConflict, type OnConflict, toConflict } from './conflict.ts'
import { checkFields, checkNull, newValue } from './defaults.ts'
import type { Executor } from './executor.ts'
import type { PrepareQuery } from './reads.ts'
import type { Transactions } from './transactions.ts'

interface InsertAllSettings {
  readonly onConflict?: 'ignore' | OnConflict | undefined
}

/** Writes of many rows at once; each gives how many. */
export interface BulkWrites {
  insertAll(schema: AnySchema, rows: readonly AnyRow[], options?: InsertAllSettings): Promise<number>
  updateAll(query: AnyQuery, changes: AnyRow | ((...columns: unknown[]) => AnyRow)): Promise<number>
  deleteAll(query: AnyQuery): Promise<number>
}

const rules: OptionRules<InsertAllSettings> = {
  onConflict: [
    '"ignore" or { target, replace }',
    (value) => value === 'ignore' || (typeof value === 'object' && value !== null),
  ],
}

/** Most rows of one insert. */
const chunk = 1024

/** The writes of many rows of one database. */
export function createBulkWrites(
  executor: Executor,
  transactions: Transactions,
  prepareQuery: PrepareQuery,
): BulkWrites {
  async function insertAll(
    schema: AnySchema,
    rows: readonly AnyRow[],
    conflict: OnConflict | undefined,
  ): Promise<number> {
    if (rows.length === 0) return 0
    for (const row of rows) checkFields(schema, row)
    const columns = schema.columns.filter(
      ({ field, parts }) => parts.default !== undefined || rows.some((row) => row[field] !== undefined),
    )
    const values = rows.map((row) => columns.map((column) => cellOf(schema, row, column)))
    const target = toConflict(schema, conflict)
    // Without a column the statement is `default values`, which is one row.
    const { maxParameters } = executor.driver.dialect
    const mostRows = columns.length === 0 ? 1 : Math.floor(maxParameters / columns.length)
    const insert = async () => {
      let inserted = 0
      for (const part of chunks(values, mostRows)) {
        inserted += await executor.count(
          insertStatement(schema, columns, part, { conflict: target, returning: false }),
        )
      }
      return inserted
    }
    return rows.length === 1 ? insert() : transactions.run(insert)
  }

  return {
    async insertAll(schema, rows, options = {}) {
      checkOptions('insertAll', options, rules)
      const { onConflict } = options
      if (typeof onConflict === 'object') checkConflict('insertAll, option "onConflict"', onConflict)
      return insertAll(schema, rows, onConflict === 'ignore' ? { replace: [] } : onConflict)
    },
    async updateAll(query, changes) {
      const prepared = prepareQuery(query, 'update')
      const set = typeof changes === 'function' ? changes(...prepared.columns) : changes
      const given = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))
      return executor.count(updateStatement(prepared.statement, given, { returning: false }))
    },
    async deleteAll(query) {
      return executor.count(deleteStatement(prepareQuery(query, 'delete').statement, { returning: false }))
    },
  }
}

/** One statement has the same columns for all rows, so what some rows leave out and has no default is NULL there. */
function cellOf(schema: AnySchema, row: AnyRow, column: Column): unknown {
  const { field, nullable } = column
  const value = newValue(column, row)
  checkNull(schema, column, value)
  if (value !== undefined) return value
  if (nullable) return null
  throw new DbError(
    'ZZZ_DB_VALUE',
    `insertAll: ${schema.name}.${field} is missing in one row and given in another`,
  )
}

/**
 * Parts of sizes that are powers of two, the largest first: any number of rows needs few different statements, and each
 * of them stays below the most parameters of a statement.
 */
function* chunks<T>(rows: readonly T[], most: number): Generator<readonly T[]> {
  let size = 2 ** Math.floor(Math.log2(Math.min(chunk, most)))
  for (let start = 0; start < rows.length; start += size) {
    while (size > rows.length - start) size /= 2
    yield rows.slice(start, start + size)
  }
}
