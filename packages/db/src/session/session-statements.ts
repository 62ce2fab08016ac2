import type { Dialect } from '../compiler/dialect.ts'
import type { Expression } from '../query/expression.ts'
import { value } from '../query/functions.ts'
import { from, type Query } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import type { SelectStatement } from '../query/statement.ts'
import {
  type DeleteStatement,
  deleteStatement,
  type InsertStatement,
  insertStatement,
  type UpdateStatement,
  updateStatement,
} from '../query/write.ts'
import { datetime, json } from '../schema/fields.ts'
import { type SessionTable, sessionTable } from './session-table.ts'
import type { SessionChange, StoredSession } from './stored-session.ts'

type IdQuery = Query<SessionTable, readonly unknown[], string>

/** What is asked of the table of sessions, each as one statement; times are milliseconds since the epoch. */
export interface SessionStatements {
  find(id: string, now: number): SelectStatement
  insert(id: string, session: StoredSession): InsertStatement
  change(id: string, change: SessionChange, now: number): UpdateStatement
  remove(id: string): DeleteStatement
  /** Removes so many of those that have expired, the oldest first. */
  removeExpired(now: number, limit: number): DeleteStatement
}

const none = { returning: false }

/** The statements for a table. They go by no repo's `prepareQuery`: sessions belong to no tenant. */
export function sessionStatements(table: string, dialect: Dialect['name']): SessionStatements {
  const Session = sessionTable(table)
  const byId = (id: string) => from(Session).where((s) => s.id.eq(id))
  const live = (id: string, now: number) => byId(id).where((s) => s.expiresAt.gt(new Date(now)))
  const expired = (now: number, limit: number) =>
    from(Session, { as: 'expired' })
      .where((s) => s.expiresAt.lte(new Date(now)))
      .orderBy((s) => s.expiresAt.asc())
      .limit(limit)

  return {
    find: (id, now) => live(id, now).statement,
    insert(id, { values, createdAt, expiresAt }) {
      const row = { id, data: values, createdAt: new Date(createdAt), expiresAt: new Date(expiresAt) }
      const { columns } = Session
      return insertStatement(
        Session,
        columns,
        [columns.map(({ field }) => row[field as keyof typeof row])],
        none,
      )
    },
    change(id, { set, remove, expiresAt }, now) {
      const query = live(id, now)
      const [s] = query.columns
      const patch = { ...Object.fromEntries(remove.map((name) => [name, null])), ...set }
      const changed = Object.keys(patch).length > 0
      const end = value(new Date(expiresAt), datetime())
      return updateStatement(
        query.statement,
        {
          // Without a change, what may be large is not written again.
          ...(changed && { data: merge[dialect](s.data, value(patch, json<Patch>())) }),
          expiresAt: sql`case when ${s.expiresAt} < ${end} then ${end} else ${s.expiresAt} end`,
        },
        none,
      )
    },
    remove: (id) => deleteStatement(byId(id).statement, none),
    removeExpired(now, limit) {
      const query = expired(now, limit).select((s) => s.id)
      return deleteStatement(from(Session).where((s) => among[dialect](s.id, query)).statement, none)
    },
  }
}

/** Whether an id is among those of a query, which is run once. */
const among: Readonly<
  Record<Dialect['name'], (id: Expression<string>, query: IdQuery) => Expression<boolean>>
> = {
  sqlite: (id, query) => id.in(query),
  // What another process removes right now is passed over. A subquery in `in` may be run more than once.
  postgres: (id, query) => sql`${id} = any(array${query.lock('update', 'skip locked')})`,
}

/** Values to set by name; null removes. */
type Patch = Readonly<Record<string, string | null>>

/** The data with a patch, worked out by the database, so that of two changes at once none is lost. */
const merge: Readonly<
  Record<Dialect['name'], (data: Expression<unknown>, patch: Expression<Patch>) => Expression<unknown>>
> = {
  sqlite: (data, patch) => sql`json_patch(${data}, ${patch})`,
  postgres: (data, patch) => sql`jsonb_strip_nulls(${data} || ${patch})`,
}
