import type { Client, QueryArrayConfig } from 'pg'
import { DbError } from '../../../errors.ts'
import { Recent } from '../../../internal/recent.ts'
import type { Pooled } from '../../../pool/pool.ts'
import type { Raw } from '../../../schema/data-type.ts'
import type { Cursor, DriverResult, DriverStatement } from '../../driver.ts'
import { isConnectionLost, toDbError } from './faults.ts'
import { naturalTypes } from './natural-types.ts'
import { PgQuery } from './pg-query.ts'

/** `cached plan must not change result type`, among others. */
const stalePlan = '0A000'

let lastName = 0
let lastCursor = 0

/** What `pg` keeps about statements that it has prepared; it never forgets one by itself. */
interface Prepared {
  readonly connection: { readonly parsedStatements: Record<string, unknown> }
}

/** What `pg` has and its types leave out. */
interface Referable {
  ref(): void
  unref(): void
}

/** One connection of `pg`, with names for the statements that it has prepared. */
export class PgConnection implements Pooled {
  readonly #client: Client & Referable
  readonly #prepare: boolean
  /** Names on this connection, by the name in the process. */
  readonly #names: Recent<string>
  readonly #unwanted: string[] = []
  #lost = false
  doing = 'nothing yet'

  constructor(client: Client, options: { readonly prepare: boolean; readonly statements: number }) {
    this.#client = client as Client & Referable
    this.#prepare = options.prepare
    this.#names = new Recent(options.statements)
    const lose = () => {
      this.#lost = true
    }
    client.on('error', lose)
    client.on('end', lose)
  }

  get alive(): boolean {
    return !this.#lost
  }

  /** Whether no transaction is open. */
  get idle(): boolean {
    return this.#client.getTransactionStatus() === 'I'
  }

  async run(statement: DriverStatement, parameters: readonly Raw[]): Promise<DriverResult> {
    try {
      const result = await this.#query(statement, parameters)
      if (this.#unwanted.length > 0) await this.#deallocate()
      return result
    } catch (error) {
      if (!this.#isStalePlan(error) || statement.name === undefined)
        throw this.#toDbError(error, statement.text)
      this.#rename(statement.name)
      return this.#query(statement, parameters).catch(this.#rethrow(statement.text))
    }
  }

  /** A plan from before the table changed; outside a transaction nothing is lost by making a new one. */
  #isStalePlan(error: unknown): boolean {
    return (error as { code?: unknown }).code === stalePlan && this.idle
  }

  async script(text: string): Promise<void> {
    this.doing = text
    const result = await this.#client.query(text).catch(this.#rethrow(text))
    // PostgreSQL answers a commit of a transaction that has failed by rolling it back, without an error.
    if (text === 'commit' && result.command === 'ROLLBACK') {
      throw new DbError(
        'ZZZ_DB_FAILED',
        'PostgreSQL rolled the transaction back: a statement in it had failed, and its error was caught inside. Wrap such a statement in a transaction of its own',
      )
    }
  }

  async cursor(statement: DriverStatement, parameters: readonly Raw[]): Promise<Cursor> {
    const name = `zzz_cursor_${++lastCursor}`
    const once = { name: undefined, writes: false, returns: true, wide: false }
    await this.run({ ...once, text: `declare ${name} no scroll cursor for ${statement.text}` }, parameters)
    return {
      next: async (rows) => (await this.run({ ...once, text: `fetch ${rows} from ${name}` }, [])).rows,
      close: () => this.script(`close ${name}`),
    }
  }

  ref(): void {
    this.#client.ref()
  }

  unref(): void {
    this.#client.unref()
  }

  close(): void {
    this.#lost = true
    this.#client.end().catch(() => {})
  }

  #query(statement: DriverStatement, parameters: readonly Raw[]): Promise<DriverResult> {
    const { text } = statement
    this.doing = text
    const name = this.#prepare && statement.name !== undefined ? this.#nameOf(statement.name) : undefined
    if (statement.raw === true) return this.#queryRaw({ name, text, values: parameters as Raw[] })
    return new Promise((resolve, reject) => {
      const done: PgQuery['callback'] = (error, result) =>
        error ? reject(error) : resolve(result as DriverResult)
      this.#client.query(new PgQuery(name, text, parameters, done))
    })
  }

  /** SQL of the application's own: only the server knows its columns. */
  async #queryRaw(query: Omit<QueryArrayConfig, 'rowMode'>): Promise<DriverResult> {
    // Without a name and values, `pg` would take the simple protocol, which runs several statements and gives a list of results.
    const config = {
      ...query,
      queryMode: 'extended',
      rowMode: 'array',
      types: naturalTypes,
    } as QueryArrayConfig
    const { rows, rowCount, fields } = await this.#client.query<Raw[]>(config)
    return { rows, changes: rowCount ?? 0, columns: fields.map(({ name }) => name) }
  }

  #nameOf(known: string): string {
    let name = this.#names.get(known)
    if (name === undefined) {
      name = `zzz_${++lastName}`
      this.#unwanted.push(...this.#names.set(known, name))
    }
    return name
  }

  /** Another name next time. */
  #rename(known: string): void {
    this.#unwanted.push(this.#nameOf(known))
    this.#names.set(known, `zzz_${++lastName}`)
  }

  /** Lets the server forget what is not used any more; in a transaction that has failed it cannot. */
  async #deallocate(): Promise<void> {
    if (this.#client.getTransactionStatus() === 'E') return
    for (const name of this.#unwanted.splice(0)) {
      delete (this.#client as unknown as Prepared).connection.parsedStatements[name]
      await this.#client.query(`deallocate ${name}`)
    }
  }

  #rethrow(text: string): (error: unknown) => never {
    return (error) => {
      throw this.#toDbError(error, text)
    }
  }

  /** Which error tells that the connection is gone `pg` does not know before the socket is closed. */
  #toDbError(error: unknown, text: string): unknown {
    if (isConnectionLost(error)) this.#lost = true
    return toDbError(error, text)
  }
}
