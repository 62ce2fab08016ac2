import { backup, DatabaseSync, type StatementSync } from 'node:sqlite'
import { lowerFunction, toLower } from '../../../compiler/dialects/sqlite.ts'
import { DbError } from '../../../errors.ts'
import { Recent } from '../../../internal/recent.ts'
import type { Raw } from '../../../schema/data-type.ts'
import type { Cursor, DriverResult, DriverStatement } from '../../driver.ts'

/** How a database is opened. */
export interface OpenOptions {
  /** A file, or `:memory:`. */
  readonly path: string
  readonly readOnly: boolean
  /** How many prepared statements are kept. */
  readonly statements: number
  /** Whether a commit waits for the disk: `full` survives a power cut, `normal` the end of the process, `off` neither. */
  readonly synchronous: 'off' | 'normal' | 'full'
}

const noRows: DriverResult['rows'] = []
const noColumns: readonly string[] = []

/**
 * One connection of `node:sqlite`; the only file that knows it. Everything is synchronous, and an error is one of
 * SQLite's. Busy is an error at once: the built-in wait would hold up the event loop.
 */
export class Database {
  readonly #database: DatabaseSync
  readonly #statements: Recent<StatementSync>

  constructor({ path, readOnly, statements, synchronous }: OpenOptions) {
    this.#database = new DatabaseSync(path, { readOnly, timeout: 0, enableForeignKeyConstraints: true })
    this.#statements = new Recent(statements)
    // Not in triggers and views, since other programs could not use the database any more.
    this.#database.function(lowerFunction, { deterministic: true, directOnly: true }, lower)
    if (readOnly) return
    this.#database.exec('pragma journal_mode = wal')
    this.#database.exec(`pragma synchronous = ${synchronous}`)
  }

  /** Whether a transaction is open. */
  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** Runs a statement to its end. */
  run(statement: DriverStatement, parameters: readonly Raw[]): DriverResult {
    const prepared = this.#prepare(statement)
    if (!statement.returns) {
      const { changes } = prepared.run(...parameters)
      return { rows: noRows, changes: Number(changes), columns: noColumns }
    }
    const rows = prepared.all(...parameters) as unknown as Raw[][]
    const columns = statement.raw === true ? prepared.columns().map(({ name }) => name) : noColumns
    return { rows, changes: statement.writes ? rows.length : 0, columns }
  }

  /** The rows of a statement, read as they are asked for. */
  cursor(statement: DriverStatement, parameters: readonly Raw[]): Cursor {
    // A statement of its own: running a kept one again would end the cursor.
    const rows = configure(this.#database.prepare(statement.text), statement).iterate(...parameters)
    return {
      next(count) {
        const batch: Raw[][] = []
        while (batch.length < count) {
          const { done, value } = rows.next()
          if (done === true) break
          batch.push(value as unknown as Raw[])
        }
        return batch
      },
      close() {
        rows.return?.()
      },
    }
  }

  /** Runs statements without parameters. */
  script(text: string): void {
    this.#database.exec(text)
  }

  /** Copies the database into a file, away from the event loop. */
  async backup(path: string): Promise<void> {
    await backup(this.#database, path, { rate: 1000 })
  }

  close(): void {
    this.#statements.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  #prepare(statement: DriverStatement): StatementSync {
    const known = statement.name === undefined ? undefined : this.#statements.get(statement.name)
    if (known !== undefined) return known
    const prepared = configure(this.#database.prepare(statement.text), statement)
    if (statement.raw === true) checkSingle(prepared, statement.text)
    if (statement.name !== undefined) this.#statements.set(statement.name, prepared)
    return prepared
  }
}

function lower(value: Raw): Raw {
  return typeof value === 'string' ? toLower(value) : value
}

/** SQLite prepares the first of several statements and says nothing about the rest. */
function checkSingle({ sourceSQL }: StatementSync, text: string): void {
  const rest = text.slice(sourceSQL.length)
  if (/^(?:\s|;|--[^\n]*|\/\*[\s\S]*?\*\/)*$/.test(rest)) return
  throw new DbError('ZZZ_DB_QUERY', `Only one statement can run at a time; this is left: ${rest.trim()}`)
}

function configure(prepared: StatementSync, { wide }: DriverStatement): StatementSync {
  prepared.setReturnArrays(true)
  if (wide) prepared.setReadBigInts(true)
  return prepared
}
