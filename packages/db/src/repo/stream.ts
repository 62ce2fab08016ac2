import { bind } from '../compiler/compile.ts'
import type { Connection, Cursor } from '../driver/driver.ts'
import { DbError } from '../errors.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import type { SelectStatement } from '../query/statement.ts'
import type { Executor } from './executor.ts'
import type { Transactions } from './transactions.ts'

/**
 * The rows of a select, a batch at a time. Inside a transaction by its connection; else by one of its own, in a
 * transaction that only reads, which ends with the loop, however it ends.
 */
export async function* streamRows(
  executor: Executor,
  transactions: Transactions,
  statement: SelectStatement,
  batch: number,
  complete: (rows: readonly unknown[]) => Promise<void>,
): AsyncGenerator<unknown, void, void> {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new DbError(
      'ZZZ_DB_OPTION_INVALID',
      `stream: option "batch" has to be a whole number above 0, got ${batch}`,
    )
  }
  const driver = transactions.driver()
  const compiled = executor.compiled(statement)
  const parameters = bind(compiled, statement.shape)
  const scope = transactions.current()
  const own = scope === undefined ? await transactions.open('stream') : undefined

  function use<T>(task: (connection: Connection) => MaybePromise<T>): MaybePromise<T> {
    return scope === undefined ? task(own as Connection) : scope.run(task)
  }

  let cursor: Cursor | undefined
  try {
    if (own !== undefined) await own.script(driver.begin({ readOnly: true }))
    const opened = await use((connection) => connection.cursor(compiled, parameters))
    cursor = opened
    for (;;) {
      const raw = await use(() => opened.next(batch))
      const rows = raw.map(compiled.map)
      await complete(rows)
      yield* rows
      if (raw.length < batch) return
    }
  } finally {
    await finish(use, cursor, own)
  }
}

async function finish(
  use: <T>(task: (connection: Connection) => MaybePromise<T>) => MaybePromise<T>,
  cursor: Cursor | undefined,
  own: Connection | undefined,
): Promise<void> {
  let state: 'clean' | 'unknown' = 'unknown'
  try {
    if (cursor !== undefined) await use(() => cursor.close())
    if (own !== undefined) await own.script('rollback')
    state = 'clean'
  } finally {
    own?.release(state)
  }
}
