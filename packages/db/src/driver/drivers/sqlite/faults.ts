import { ConstraintError, type ConstraintKind, DbError } from '../../../errors.ts'
import type { Raw } from '../../../schema/data-type.ts'
import type { DriverStatement } from '../../driver.ts'
import type { Database } from './database.ts'

const busyCodes = new Set([5, 6])
/** A transaction that has read is too old to write: only a new one can. */
const busySnapshot = 517

/** Whether another connection is in the way, so that the same statement may succeed soon. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && busyCodes.has(code & 0xff) && code !== busySnapshot
}

/** SQLite's extended result code. */
function codeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode : undefined
}

const constraintKinds: Readonly<Record<number, ConstraintKind>> = {
  275: 'check',
  787: 'foreignKey',
  1299: 'notNull',
  1555: 'unique',
  2067: 'unique',
  2579: 'unique',
}

/** What SQLite threw as an error of ours. */
export function toDbError(error: unknown, database: Database, statement?: DriverStatement): unknown {
  if (error instanceof DbError) return error
  const code = codeOf(error)
  const { message } = error as Error
  const kind = code === undefined ? undefined : constraintKinds[code]
  const where = statement === undefined ? '' : ` in: ${statement.text}`
  if (kind !== undefined) return constraintError(kind, message, database, where, error)
  if (code === busySnapshot) {
    return new DbError(
      'ZZZ_DB_SERIALIZATION',
      `SQLite: another connection wrote since this transaction began to read`,
      {
        cause: error,
      },
    )
  }
  if ((error as { code?: unknown }).code === 'ERR_OUT_OF_RANGE') {
    return new DbError('ZZZ_DB_VALUE', `SQLite: ${message}; use bigint() for this column${where}`, {
      cause: error,
    })
  }
  return new DbError('ZZZ_DB_FAILED', `SQLite: ${message}${where}`, { cause: error })
}

function constraintError(
  kind: ConstraintKind,
  message: string,
  database: Database,
  where: string,
  cause: unknown,
): ConstraintError {
  const about = message.slice(message.indexOf(':') + 2)
  const facts = { kind, constraint: undefined, table: undefined, columns: [] }
  const text = `SQLite: ${message}${where}`
  if (kind === 'foreignKey') return new ConstraintError(facts, text, { cause })
  if (kind === 'check') return new ConstraintError({ ...facts, constraint: about }, text, { cause })
  const index = /^index '(?<name>.+)'$/.exec(about)?.groups?.name
  if (index !== undefined) return new ConstraintError({ ...facts, constraint: index }, text, { cause })
  const places = about.split(', ').map((place) => place.split('.'))
  const table = places[0]?.[0]
  const columns = places.map((place) => place.slice(1).join('.'))
  const constraint =
    kind === 'unique' && table !== undefined ? uniqueIndex(database, table, columns) : undefined
  return new ConstraintError({ kind, constraint, table, columns }, text, { cause })
}

const indexQuery: DriverStatement = {
  text: `select l.name, (select json_group_array(i.name) from pragma_index_info(l.name) as i)
    from pragma_index_list(?1) as l where l."unique"`,
  name: undefined,
  writes: false,
  returns: true,
  wide: false,
}

/** SQLite names the columns, not the index that they are in. */
function uniqueIndex(database: Database, table: string, columns: readonly string[]): string | undefined {
  const wanted = JSON.stringify(columns)
  const { rows } = database.run(indexQuery, [table])
  const found = rows.find((row: readonly Raw[]) => row[1] === wanted)
  return found === undefined ? undefined : (found[0] as string)
}
