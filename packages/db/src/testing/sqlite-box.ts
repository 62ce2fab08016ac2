import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Driver } from '../driver/driver.ts'
import { sqliteDriver } from '../driver/drivers/sqlite/sqlite.ts'
import type { BoxDriver } from './box.ts'

/** Copies of a database, each for one test. */
export interface SqliteBoxes {
  open(): Promise<BoxDriver>
  /** Removes what is left. */
  stop(): void
}

const deadline = 5000

/** Copies the database as it is now to a template, of which each sandbox is a copy in a file of its own. */
export async function createSqliteBoxes(main: Driver, timeout: number): Promise<SqliteBoxes> {
  const folder = mkdtempSync(join(tmpdir(), 'zzz-sandbox-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const template = join(folder, 'template.db')
  await main.run(
    {
      text: `vacuum into '${template.replaceAll("'", "''")}'`,
      name: undefined,
      writes: true,
      returns: false,
      wide: false,
    },
    [],
  )
  // Opened once, so that the copies have their write-ahead log already.
  const first = sqliteDriver({ path: template })
  await first.start()
  await first.stop({ deadline })
  let count = 0
  return {
    async open() {
      const path = join(folder, `${++count}.db`)
      copyFileSync(template, path)
      const driver = sqliteDriver({ path, timeout, synchronous: 'off' })
      await driver.start()
      return {
        driver,
        async close() {
          try {
            // What is still running has its turn first.
            const turn = await driver.open('write')
            turn.release('clean')
          } finally {
            await driver.stop({ deadline: timeout })
            for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
          }
        },
      }
    },
    stop() {
      process.off('exit', remove)
      remove()
    },
  }
}
