import { Changeset, change } from '../changeset/changeset.ts'
import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import { type Conflict, deleteStatement, insertStatement, updateStatement } from '../query/write.ts'
import type { AnyRow, AnySchema } from '../schema/schema.ts'
import { type OnConflict, toConflict } from './conflict.ts'
import { checkNulls, withDefaults, withMissing, withUpdates } from './defaults.ts'
import type { Executor } from './executor.ts'
import { lockedQuery, nextVersion, refusedBy, staleRow } from './lock.ts'
import { associatedOf, createNestedWrites, Refused } from './nested-writes.ts'
import type { Result } from './result.ts'
import { byFields, toQuery } from './row-query.ts'
import type { Transactions } from './transactions.ts'

type AnyChangeset = Changeset<AnySchema>
type AnyResult = Result<AnySchema, AnyRow>

/** Writes of single rows. */
export interface Writes {
  insert(changeset: AnyChangeset, conflict?: OnConflict): Promise<AnyResult>
  update(changeset: AnyChangeset): Promise<AnyResult>
  delete(changeset: AnyChangeset): Promise<AnyResult>
}

/** The writes of one database. */
export function createWrites(
  executor: Executor,
  transactions: Transactions,
  find: (name: string) => AnySchema,
): Writes {
  const writeNested = createNestedWrites({ insert, update, delete: remove, deleteBy }, find)

  /**
   * Runs a write whose constraints and lock become errors of the changeset. In PostgreSQL a refused statement spoils its
   * transaction, so there it gets a savepoint.
   */
  async function guarded<T>(changeset: AnyChangeset, task: () => T | Promise<T>): Promise<T | AnyChangeset> {
    const spoils = executor.driver.dialect.name === 'postgres' && transactions.current() !== undefined
    try {
      return await (spoils && changeset.constraints.length > 0 ? transactions.run(task) : task())
    } catch (error) {
      const refused = refusedBy(changeset, error)
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
    try {
      const [inserted] = await executor.all(statement)
      return inserted as AnyRow
    } catch (error) {
      throw withMissing(schema, row, error)
    }
  }

  async function update(changeset: AnyChangeset, more: AnyRow, always: boolean): Promise<AnyRow> {
    const { schema, changes, lock } = changeset
    const query = lockedQuery(changeset, 'update')
    const row = changeset.data as AnyRow
    const stored = storedOnly(schema, { ...changes, ...more }, lock?.field)
    if (Object.keys(stored).length === 0 && !always) return row
    const complete = withUpdates(schema, stored)
    checkNulls(schema, complete)
    if (lock !== undefined) complete[lock.field] = nextVersion(row[lock.field])
    const statement = updateStatement(query.statement, complete, { returning: true })
    return firstRow(await executor.all(statement), 'update', schema)
  }

  async function remove(changeset: AnyChangeset): Promise<AnyRow> {
    const { statement } = lockedQuery(changeset, 'delete')
    const rows = await executor.all(deleteStatement(statement, { returning: true }))
    return firstRow(rows, 'delete', changeset.schema)
  }

  async function deleteBy(schema: AnySchema, values: AnyRow): Promise<number> {
    const query = byFields(toQuery(schema), Object.keys(values), values)
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
      if (!changeset.valid) return { ok: false, changeset }
      const outcome = await guarded(changeset, () => remove(changeset))
      return outcome instanceof Changeset ? { ok: false, changeset: outcome } : { ok: true, value: outcome }
    },
  }
}

/** Without virtual fields, and without the one that is counted up. */
function storedOnly(schema: AnySchema, changes: AnyRow, lock: string | undefined): AnyRow {
  const stored = schema.columns.filter(({ field }) => field !== lock && Object.hasOwn(changes, field))
  return Object.fromEntries(stored.map(({ field }) => [field, changes[field]]))
}

function firstRow(rows: readonly unknown[], verb: string, schema: AnySchema): AnyRow {
  const [row] = rows
  if (row !== undefined) return row as AnyRow
  throw staleRow(schema, verb)
}

/** A changeset from what insert, update and delete take: one, or a schema and its parts. */
export function toChangeset(first: unknown, second?: unknown): AnyChangeset {
  if (first instanceof Changeset) return first
  if (typeof first !== 'object' || first === null || !('columns' in first)) {
    throw new DbError('ZZZ_DB_QUERY', `A changeset, or a schema and a row, is needed; got ${describe(first)}`)
  }
  return change(first as AnySchema, second as never)
}
