import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import { Caller } from '../internal/caller.ts'

/** What is known of a statement when it begins. */
interface QueryStart {
  readonly database: string
  readonly dialect: 'sqlite' | 'postgres'
  readonly text: string
  readonly parameters: number
  readonly inTransaction: boolean
}

/**
 * What subscribers of the tracing channel `zzz:query` get: one object for a statement, which fills from its start to its
 * end. Times are milliseconds; `duration` is the sum of `waited`, `ran` and `decoded`.
 */
export class QueryEvent implements QueryStart {
  /** The name of the repo. */
  readonly database: string
  readonly dialect: 'sqlite' | 'postgres'
  readonly text: string
  /** How many parameters it has; their values may be secrets. */
  readonly parameters: number
  readonly inTransaction: boolean
  /** How long it waited for a connection, or for its turn in a transaction. */
  waited = 0
  /** How long the database took, the way there and back included. */
  ran = 0
  /** How long it took to make results of the rows. */
  decoded = 0
  /** From being asked for to having the results; 0 until then. */
  duration = 0
  /** How many rows were read or changed; undefined until it is known. */
  rows: number | undefined = undefined
  /** What went wrong; undefined while nothing has. */
  error: unknown = undefined
  readonly #caller = new Caller()
  readonly #asked = performance.now()
  #began: number | undefined
  #answered: number | undefined

  /** @internal */
  constructor({ database, dialect, text, parameters, inTransaction }: QueryStart) {
    this.database = database
    this.dialect = dialect
    this.text = text
    this.parameters = parameters
    this.inTransaction = inTransaction
  }

  /** The code that asked for it: `name (file:///…/posts.ts:12:20)`; undefined where the stack does not tell. */
  get caller(): string | undefined {
    return this.#caller.text
  }

  /** @internal It has its connection. */
  began(): void {
    this.#began ??= performance.now()
  }

  /** @internal The rows are here. */
  answered(rows: number): void {
    this.#answered = performance.now()
    this.rows = rows
  }

  /** @internal It is over. */
  ended(): void {
    const now = performance.now()
    const began = this.#began ?? now
    const answered = this.#answered ?? now
    this.waited = began - this.#asked
    this.ran = answered - began
    this.decoded = now - answered
    this.duration = now - this.#asked
  }
}

/** Published by the executor. */
export const queryChannel: TracingChannel<QueryEvent> = tracingChannel('zzz:query')
