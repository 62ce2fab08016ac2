import { DbError } from '../errors.ts'
import { Recent } from '../internal/recent.ts'
import type { SelectStatement, Shape } from '../query/statement.ts'
import type { DeleteStatement, InsertStatement, UpdateStatement } from '../query/write.ts'
import type { Raw } from '../schema/data-type.ts'
import type { Dialect, Dump } from './dialect.ts'
import { compileMapper, isWide, type RowMapper } from './output.ts'
import { type WrittenSelect, writeSelect } from './select.ts'
import { writeDelete, writeInsert, writeUpdate } from './write.ts'
import type { Writer } from './writer.ts'

/** Any statement that the query layer makes. */
export type AnyStatement = SelectStatement | InsertStatement | UpdateStatement | DeleteStatement

/** A statement for one database: what is the same for all values. */
export interface Compiled {
  readonly text: string
  /** A name for it on a connection, unique in the process. */
  readonly name: string
  /** Whether it may change the database. */
  readonly writes: boolean
  /** Whether it gives rows. */
  readonly returns: boolean
  /** Whether the driver has to give integers as bigint. */
  readonly wide: boolean
  readonly dumps: readonly Dump[]
  readonly map: RowMapper
}

let lastName = 0

/** Compiles a statement. Throws `ZZZ_DB_UNSUPPORTED` for what the database does not have. */
export function compile(statement: AnyStatement, dialect: Dialect): Compiled {
  const writer: Writer = { dialect, dumps: [], select: (inner) => writeSelect(writer, inner).text }
  const { text, output } = write(writer, statement)
  if (writer.dumps.length !== statement.shape.values.length) {
    throw new DbError('ZZZ_DB_QUERY', `The values of a query do not fit its text: ${text}`)
  }
  const writes = !('clauses' in statement)
  return {
    text,
    name: `zzz_${++lastName}`,
    writes: writes || statement.clauses.lock !== undefined,
    returns: !writes || statement.returning,
    wide: isWide(output, dialect),
    dumps: writer.dumps,
    map: compileMapper(output, dialect),
  }
}

function write(writer: Writer, statement: AnyStatement): WrittenSelect {
  if ('clauses' in statement) return writeSelect(writer, statement)
  if ('rows' in statement) return writeInsert(writer, statement)
  return 'set' in statement ? writeUpdate(writer, statement) : writeDelete(writer, statement)
}

/** The parameters of a compiled statement from the values of a shape. Throws `ZZZ_DB_VALUE`. */
export function bind({ dumps }: Compiled, { values }: Shape): Raw[] {
  const parameters = new Array<Raw>(dumps.length)
  for (let i = 0; i < dumps.length; i++) {
    const value = values[i]
    parameters[i] = value === null ? null : (dumps[i] as Dump)(value as never)
  }
  return parameters
}

/** Compiled statements of one database by the key of their shape; the recent ones. */
export class CompileCache {
  readonly #dialect: Dialect
  readonly #recent: Recent<Compiled>

  constructor(dialect: Dialect, limit = 1000) {
    this.#dialect = dialect
    this.#recent = new Recent(limit)
  }

  /** The compiled form of a statement; compiled once for each shape. */
  get(statement: AnyStatement): Compiled {
    const { key } = statement.shape
    const known = this.#recent.get(key)
    if (known !== undefined) return known
    const compiled = compile(statement, this.#dialect)
    this.#recent.set(key, compiled)
    return compiled
  }
}
