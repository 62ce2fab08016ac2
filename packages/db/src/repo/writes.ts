import { Changeset, change } from '../changeset/changeset.ts'
import { ConstraintError, DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import type { Expression } from '../query/expression.ts'
import { type AnyQuery, from } from '../query/query.ts'
import { type Conflict, deleteStatement, insertStatement, updateStatement } from '../query/write.ts'
import { type AnySchema, type Column, columnOf } from '../schema/schema.ts'
import { checkFields, checkNull, checkNulls, newValue, withDefaults, withUpdates } from './defaults.ts'
import type { Executor } from './executor.ts'
import { associatedOf, createNestedWrites, Refused } from './nested-writes.ts'
import type { Result } from './result.ts'
import type { Transactions } from './transactions.ts'

type AnyRow = Readonly<Record<string, unknown>>
type AnyChangeset = Changeset<AnySchema>
type AnyResult = Result<AnySchema, AnyRow>

/** What decides that a new row is there already, and what it then changes. */
export interface OnConflict {
  /** The fields of the unique index that decides. Default: any, which only goes with nothing to replace. */
  readonly target?: readonly string[] | undefined
  /** The fields that the row that is there takes over from the new one; none leaves it as it is. */
  readonly replace: readonly string[]
}

/** Writes of rows. */
export interface Writes {
  insert(changeset: AnyChangeset, conflict?: OnConflict): Promise<AnyResult>
  update(changeset: AnyChangeset): Promise<AnyResult>
  delete(changeset: AnyChangeset): Promise<AnyResult>
  insertAll(schema: AnySchema, rows: readonly AnyRow[], conflict: OnConflict | undefined): Promise<number>
}

/** Most rows of one insert. */
const chunk = 1024

/** The writes of one database. */
export function createWrites(
  executor: Executor,
  transactions: Transactions,
  find: (name: string) => AnySchema,
): Writes {
  const writeNested = createNestedWrites({ insert, update, delete: remove, deleteBy }, find)

  /**
   * Runs a write whose constraints become errors of the changeset. In PostgreSQL a refused statement spoils its
   * transaction, so there it gets a savepoint.
   */
  async function guarded<T>(changeset: AnyChangeset, task: () => T | Promise<T>): Promise<T | AnyChangeset> {
    const spoils = executor.driver.dialect.name === 'postgres' && transactions.current() !== undefined
    try {
      return await (spoils && changeset.constraints.length > 0 ? transactions.run(task) : task())
    } catch (error) {
      const refused =
        error instanceof ConstraintError ? changeset.withConstraintError(error.facts) : undefined
      if (refused === undefined) throw error
      return refused
    }
  }

  async function writeOne(
    changeset: AnyChangeset,
    verb: 'insert' | 'update',
    task: () => Promise<AnyRow>,
  ): Promise<AnyResult> {
    if (!changeset.valid) return { ok: false, changeset }
    if (associatedOf(changeset).length > 0) return writeAll(changeset, verb)
    const outcome = await guarded(changeset, task)
    return outcome instanceof Changeset ? { ok: false, changeset: outcome } : { ok: true, value: outcome }
  }

  /** A changeset with associated rows: all of them are written, or none. */
  async function writeAll(changeset: AnyChangeset, verb: 'insert' | 'update'): Promise<AnyResult> {
    try {
      return { ok: true, value: await transactions.run(() => writeNested(changeset, verb, {})) }
    } catch (error) {
      if (error instanceof Refused) return { ok: false, changeset: error.changeset }
      throw error
    }
  }

  async function insert(schema: AnySchema, values: AnyRow, conflict?: Conflict): Promise<AnyRow> {
    const row = withDefaults(schema, values)
    checkNulls(schema, row)
    const columns = schema.columns.filter(({ field }) => field in row)
    const statement = insertStatement(schema, columns, [columns.map(({ field }) => row[field])], {
      conflict,
      returning: true,
    })
    const [inserted] = await executor.all(statement)
    return inserted as AnyRow
  }

  async function update(
    { schema, data, changes, lock }: AnyChangeset,
    more: AnyRow,
    always: boolean,
  ): Promise<AnyRow> {
    const row = data as AnyRow | undefined
    if (row === undefined) throw noRow('update', schema)
    const stored = storedOnly(schema, { ...changes, ...more })
    if (Object.keys(stored).length === 0 && !always) return row
    const complete = withUpdates(schema, stored)
    checkNulls(schema, complete)
    if (lock !== undefined) complete[lock] = Number(row[lock]) + 1
    const found = rowQuery(schema, row)
    const query = lock === undefined ? found : byFields(found, [lock], row)
    const statement = updateStatement(query.statement, complete, { returning: true })
    return firstRow(await executor.all(statement), 'update', schema)
  }

  async function remove(schema: AnySchema, row: AnyRow): Promise<AnyRow> {
    const statement = deleteStatement(rowQuery(schema, row).statement, { returning: true })
    return firstRow(await executor.all(statement), 'delete', schema)
  }

  async function deleteBy(schema: AnySchema, values: AnyRow): Promise<number> {
    const query = byFields(from(schema) as unknown as AnyQuery, Object.keys(values), values)
    return executor.count(deleteStatement(query.statement, { returning: false }))
  }

  return {
    async insert(changeset, conflict) {
      const { schema, changes } = changeset
      if (conflict !== undefined && associatedOf(changeset).length > 0) {
        throw new DbError(
          'ZZZ_DB_ASSOCIATION',
          `upsert(${schema.name}): write the associated rows apart; of a row that is there it is unknown what they replace`,
        )
      }
      return writeOne(changeset, 'insert', () => insert(schema, changes, toConflict(schema, conflict)))
    },

    update: (changeset) => writeOne(changeset, 'update', () => update(changeset, {}, false)),

    async delete(changeset) {
      const { schema, data } = changeset
      if (!changeset.valid) return { ok: false, changeset }
      const outcome = await guarded(changeset, () => {
        if (data === undefined) throw noRow('delete', schema)
        return remove(schema, data as AnyRow)
      })
      return outcome instanceof Changeset ? { ok: false, changeset: outcome } : { ok: true, value: outcome }
    },

    async insertAll(schema, rows, conflict) {
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
    },
  }
}

/** Without virtual fields. */
function storedOnly(schema: AnySchema, changes: AnyRow): AnyRow {
  return Object.fromEntries(
    Object.entries(changes).filter(([field]) => schema.columns.some((column) => column.field === field)),
  )
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
export function* chunks<T>(rows: readonly T[], most: number): Generator<readonly T[]> {
  let size = 2 ** Math.floor(Math.log2(Math.min(chunk, most)))
  for (let start = 0; start < rows.length; start += size) {
    while (size > rows.length - start) size /= 2
    yield rows.slice(start, start + size)
  }
}

function toConflict(schema: AnySchema, conflict: OnConflict | undefined): Conflict | undefined {
  if (conflict === undefined) return undefined
  const { target = [], replace } = conflict
  if (target.length === 0 && replace.length > 0) {
    throw new DbError(
      'ZZZ_DB_QUERY',
      `${schema.name}: name the fields of the unique index as "target" to replace others`,
    )
  }
  return {
    target: target.map((field) => columnOf(schema, field)),
    replace: replace.map((field) => columnOf(schema, field)),
  }
}

/** The query that finds a row by its primary key. */
export function rowQuery(schema: AnySchema, row: AnyRow): AnyQuery {
  if (schema.primaryKey.length === 0) {
    throw new DbError(
      'ZZZ_DB_SCHEMA',
      `${schema.name} has no primary key, so a row of it cannot be found again`,
    )
  }
  return byFields(from(schema) as unknown as AnyQuery, schema.primaryKey, row)
}

/** A query whose fields have the values of a row. */
export function byFields(query: AnyQuery, fields: readonly string[], row: AnyRow): AnyQuery {
  return fields.reduce((narrowed, field) => {
    return narrowed.where((columns) => {
      const column = (columns as Record<string, Expression<unknown>>)[field] as Expression<unknown>
      return row[field] === null ? column.isNull() : column.eq(row[field] as never)
    })
  }, query)
}

function firstRow(rows: readonly unknown[], verb: string, schema: AnySchema): AnyRow {
  const [row] = rows
  if (row !== undefined) return row as AnyRow
  throw new DbError(
    'ZZZ_DB_STALE',
    `The row of ${schema.name} to ${verb} is not there any more, or was updated since it was read`,
  )
}

function noRow(verb: string, schema: AnySchema): DbError {
  return new DbError('ZZZ_DB_QUERY', `A changeset to ${verb} needs the row: change(${schema.name}, row)`)
}

/** A changeset from what insert, update and delete take: one, or a schema and its parts. */
export function toChangeset(first: unknown, second?: unknown): AnyChangeset {
  if (first instanceof Changeset) return first
  if (typeof first !== 'object' || first === null || !('columns' in first)) {
    throw new DbError('ZZZ_DB_QUERY', `A changeset, or a schema and a row, is needed; got ${describe(first)}`)
  }
  return change(first as AnySchema, second as never)
}
