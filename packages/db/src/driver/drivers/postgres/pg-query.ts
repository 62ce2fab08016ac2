import type { Submittable } from 'pg'
import type { Raw } from '../../../schema/data-type.ts'
import type { DriverResult } from '../../driver.ts'
import { toMessages } from './statement-messages.ts'

const noColumns: readonly string[] = []

/** What of `pg`'s connection a query needs; its types leave the first out. */
interface Wire {
  /** The texts of statements that the server knows, by their names; `pg` keeps it by a query's `name` and `text`. */
  readonly parsedStatements: Readonly<Record<string, string>>
  readonly stream: { readonly writable: boolean; write(bytes: Uint8Array): unknown }
}

/**
 * A statement whose columns are known, for `pg`'s client, which calls back what the server says (as it does with
 * `pg-cursor`). Compared with a query of `pg`'s own, the server describes no columns, everything goes out in one piece,
 * and rows stay the texts that came.
 */
export class PgQuery implements Submittable {
  readonly name: string | undefined
  readonly text: string
  /** `pg` wraps it to watch over a time-out. */
  callback: (error: Error | null, result?: DriverResult) => void
  readonly #parameters: readonly Raw[]
  readonly #rows: Raw[][] = []
  #changes = 0

  constructor(
    name: string | undefined,
    text: string,
    parameters: readonly Raw[],
    callback: PgQuery['callback'],
  ) {
    this.name = name
    this.text = text
    this.#parameters = parameters
    this.callback = callback
  }

  /** Sends it, or gives the error for which it cannot be sent. */
  submit(connection: unknown): Error | null {
    const { parsedStatements, stream } = connection as Wire
    const { name = '', text } = this
    const known = name !== '' && parsedStatements[name] !== undefined
    try {
      const messages = toMessages({ name, text: known ? undefined : text, parameters: this.#parameters })
      // Of a broken connection `pg` hears by itself, and tells every query.
      if (stream.writable) stream.write(messages)
      return null
    } catch (error) {
      return error as Error
    }
  }

  handleDataRow({ fields }: { readonly fields: Raw[] }): void {
    this.#rows.push(fields)
  }

  /** `SELECT 5`, `INSERT 0 1`. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#changes = Number(text.slice(text.lastIndexOf(' ') + 1)) || 0
  }

  handleReadyForQuery(): void {
    this.callback(null, { rows: this.#rows, changes: this.#changes, columns: noColumns })
  }

  handleError(error: Error): void {
    this.callback(error)
  }
}
