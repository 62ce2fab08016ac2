import type { Connection, Driver } from '../driver/driver.ts'
import { oneConnection } from '../driver/one-connection.ts'
import type { BoxDriver } from './box.ts'

const begin = 'savepoint zzz_sandbox'

const scripts: Readonly<Record<string, string>> = {
  // Constraints that are checked at the end of a transaction are checked here, and then put off again.
  commit:
    'savepoint zzz_deferred; set constraints all immediate; rollback to savepoint zzz_deferred; release savepoint zzz_deferred; release savepoint zzz_sandbox',
  rollback: 'rollback to savepoint zzz_sandbox; release savepoint zzz_sandbox',
}

/**
 * A sandbox in PostgreSQL: one connection with a transaction that is never committed. A transaction of the test is a
 * savepoint in it, and so is each statement outside of one, so that one that is refused does not spoil the rest.
 */
export async function openPostgresBox(main: Driver, timeout: number): Promise<BoxDriver> {
  const connection = await main.open('write')
  try {
    await connection.script('begin')
  } catch (error) {
    connection.release('unknown')
    throw error
  }
  const translated: Connection = {
    ...connection,
    script: (text) => connection.script(scripts[text] ?? text),
  }
  const shared = oneConnection(main, translated, { name: 'A sandbox', timeout, inTransaction: true })
  const driver: Driver = {
    ...shared,
    begin: () => begin,
    async run(statement, parameters) {
      const turn = await shared.open('write')
      try {
        await turn.script(begin)
        try {
          const result = await turn.run(statement, parameters)
          await turn.script('commit')
          return result
        } catch (error) {
          await turn.script('rollback')
          throw error
        }
      } finally {
        turn.release('clean')
      }
    },
  }
  return {
    driver,
    async close() {
      let state: 'clean' | 'unknown' = 'unknown'
      try {
        // What is still running has its turn first.
        await shared.open('write')
        await connection.script('rollback')
        state = 'clean'
      } finally {
        connection.release(state)
      }
    },
  }
}
