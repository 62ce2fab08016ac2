import { ConstraintError, type ConstraintKind, DbError } from '../../../errors.ts'

/** What `pg` throws for an error that the server reports; for a broken connection it has no code of five characters. */
interface ServerError {
  readonly message: string
  readonly code?: string
  readonly constraint?: string
  readonly table?: string
  readonly column?: string
  readonly detail?: string
}

const constraintKinds: Readonly<Record<string, ConstraintKind>> = {
  23502: 'notNull',
  23503: 'foreignKey',
  23505: 'unique',
  23514: 'check',
  '23P01': 'exclusion',
}

/** Serialisation failure and deadlock: the same transaction may succeed when it is tried again. */
const retryable = new Set(['40001', '40P01'])

/** Whether an error means that the connection is gone: the server said goodbye, or nothing at all. */
export function isConnectionLost(error: unknown): boolean {
  const { code } = error as ServerError
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return true
  return code.startsWith('08') || /^57P0[1-5]$/.test(code)
}

/** Whether connecting may succeed later: the server is not there or has no room, rather than refusing who we are. */
export function mayConnectLater(error: unknown): boolean {
  const { cause } = error as { cause?: unknown }
  const { code = '' } = (cause ?? error) as ServerError
  return !/^(?:28|3D|0A|22|42)/.test(code)
}

/** What `pg` threw as an error of ours. */
export function toDbError(error: unknown, text: string): unknown {
  if (error instanceof DbError) return error
  const { code = '', message, constraint, table, column, detail } = error as ServerError
  if (isConnectionLost(error)) {
    return new DbError('ZZZ_DB_UNAVAILABLE', `PostgreSQL: the connection broke: ${message}`, { cause: error })
  }
  const what = `PostgreSQL: ${message}, in: ${text}`
  const kind = constraintKinds[code]
  if (kind !== undefined) {
    const columns = column === undefined ? columnsOf(detail) : [column]
    const about = columns.length === 0 ? '' : `, columns ${columns.join(', ')}`
    const said = `${what} (SQLSTATE ${code}${about})`
    return new ConstraintError({ kind, constraint, table, columns }, said, { cause: error })
  }
  if (retryable.has(code)) return new DbError('ZZZ_DB_SERIALIZATION', what, { cause: error })
  return new DbError('ZZZ_DB_FAILED', `${what} (SQLSTATE ${code})`, { cause: error })
}

/** `Key (team_id, email)=(1, a@b) already exists.` names the columns, whatever the language of the rest. */
function columnsOf(detail: string | undefined): string[] {
  const list = /\((?<columns>[^()]+)\)=/.exec(detail ?? '')?.groups?.columns
  return list === undefined ? [] : list.split(', ').map((name) => name.replaceAll('"', ''))
}
