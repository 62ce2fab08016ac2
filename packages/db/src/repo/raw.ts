import { compileRaw, type RawStatement } from '../compiler/raw.ts'
import type { DriverResult, DriverStatement } from '../driver/driver.ts'
import { DbError } from '../errors.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import type { Raw } from '../schema/data-type.ts'
import type { Executor } from './executor.ts'

/** What begins, ends or divides a transaction, behind spaces and comments. Those prepared in two phases are no affair of a repo. */
const ofTransactions =
  /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:begin|start\s+transaction|commit(?!\s+prepared)|end|rollback(?!\s+prepared)|abort|savepoint|release)\b/i

/** Runs SQL of the application's own. */
export function runRaw(executor: Executor, raw: RawStatement, returns: boolean): MaybePromise<DriverResult> {
  const { text, parameters } = compileRaw(raw, executor.driver.dialect)
  if (text === '') throw new DbError('ZZZ_DB_QUERY', 'A raw statement is empty')
  if (ofTransactions.test(text)) {
    throw new DbError(
      'ZZZ_DB_QUERY',
      `Transactions begin and end by repo.transaction, not by ${JSON.stringify(text)}`,
    )
  }
  const statement: DriverStatement = {
    text,
    // Its text is its name; what is put together anew each time does not push out others for long.
    name: text.length < 1000 ? text : undefined,
    // Only what begins with select is sure to change nothing.
    writes: !/^select\b/i.test(text),
    returns,
    // Otherwise one large integer would be an error for the whole row.
    wide: true,
    raw: true,
  }
  return executor.run(statement, parameters)
}

/** How the database would run a statement, in its own words. */
export async function explain(
  executor: Executor,
  { text, parameters }: { readonly text: string; readonly parameters: readonly Raw[] },
): Promise<string> {
  const words = executor.driver.dialect.name === 'sqlite' ? 'explain query plan' : 'explain'
  const once = { name: undefined, writes: false, returns: true, wide: false, raw: true }
  const { rows } = await executor.run({ text: `${words} ${text}`, ...once }, parameters)
  return rows.map((row) => row.at(-1)).join('\n')
}

/** The rows as objects by the names of their columns; integers are numbers as long as these are exact. */
export function toObjects({ rows, columns }: DriverResult): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, toNatural(row[i])])))
}

function toNatural(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
