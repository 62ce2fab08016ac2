import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { DbError } from '../errors.ts'
import { createSweeper } from './sweeper.ts'

/** Longer than the longest pause between two sweeps, and shorter than the shortest. */
const [long, short] = [450_000, 149_999]

/** A sweeper of so many rows, with a clock, and how many it was asked for each time. */
function setUp(rows: number) {
  const table = { rows }
  const time = { now: 0 }
  const asked: number[] = []
  const sweeper = createSweeper(
    () => time.now,
    async (limit) => {
      asked.push(limit)
      const removed = Math.min(limit, table.rows)
      table.rows -= removed
      return removed
    },
  )
  return { table, time, asked, sweeper }
}

/** Waits until nothing more happens: some turns of the event loop without a step. */
async function settled(asked: readonly unknown[]): Promise<void> {
  for (let seen = -1; seen !== asked.length; ) {
    seen = asked.length
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  }
}

describe('createSweeper', () => {
  it('sweeps all there is, in small steps', async () => {
    const { sweeper, asked, table } = setUp(1050)
    assert.equal(await sweeper.sweep(), 1050)
    assert.equal(table.rows, 0)
    assert.deepEqual(asked, Array(11).fill(100))
  })

  it('begins some minutes after the last, when somebody passes by', async () => {
    const { sweeper, asked, time } = setUp(0)
    const passBy = async (ms: number) => {
      time.now += ms
      sweeper.passBy(false)
      await settled(asked)
      return asked.length
    }
    assert.equal(await passBy(0), 0)
    assert.equal(await passBy(short), 0)
    assert.equal(await passBy(long), 1)
    assert.equal(await passBy(short), 1)
    assert.equal(await passBy(long), 2)
  })

  it('never runs twice at once', async () => {
    const { sweeper, asked, time } = setUp(1000)
    time.now = long
    for (let i = 0; i < 50; i++) sweeper.passBy(false)
    await settled(asked)
    assert.equal(asked.length, 11)
  })

  it('stops after ten thousand rows, and goes on with the next', async () => {
    const { sweeper, asked, time, table } = setUp(25_000)
    for (const left of [15_000, 5000, 0]) {
      time.now += long
      sweeper.passBy(false)
      await settled(asked)
      assert.equal(table.rows, left)
    }
  })

  it('removes more than are made, however many that are', async () => {
    const { sweeper, asked, time, table } = setUp(100_000)
    for (let i = 0; i < 20_000; i++) sweeper.passBy(true)
    time.now = long
    sweeper.passBy(false)
    await settled(asked)
    assert.equal(table.rows, 60_000)
    time.now += long
    sweeper.passBy(false)
    await settled(asked)
    assert.equal(table.rows, 50_000)
  })

  it('is none of the request that it begins beside', async () => {
    const request = new AsyncLocalStorage<string>()
    const time = { now: 0 }
    const seen: unknown[] = []
    const sweeper = createSweeper(
      () => time.now,
      async () => {
        seen.push(request.getStore())
        return 0
      },
    )
    time.now = long
    request.run('a request', () => sweeper.passBy(false))
    await settled(seen)
    await request.run('a task', () => sweeper.sweep())
    assert.deepEqual(seen, [undefined, 'a task'])
  })

  it('warns when it fails, and tries again later; the end is no failure', async () => {
    const time = { now: 0 }
    const asked: DbError[] = []
    const failures = [
      new DbError('ZZZ_DB_STOPPED', 'stopped'),
      new DbError('ZZZ_DB_SANDBOX', 'outside of a sandbox'),
      new DbError('ZZZ_DB_UNAVAILABLE', 'nobody there'),
    ]
    const sweeper = createSweeper(
      () => time.now,
      async () => {
        const error = failures.shift() as DbError
        asked.push(error)
        throw error
      },
    )
    const warned = once(process, 'warning')
    for (let i = 0; i < 3; i++) {
      time.now += long
      sweeper.passBy(false)
      await settled(asked)
    }
    const [warning] = await warned
    assert.equal(warning.message, 'Expired sessions could not be removed: nobody there')
    assert.equal(asked.length, 3)
  })
})
