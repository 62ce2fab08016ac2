import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Pool, type Pooled, type PoolOptions } from './pool.ts'

interface Fake extends Pooled {
  alive: boolean
  closed: boolean
}

function makePool(options: Partial<PoolOptions> = {}, connect?: () => Promise<Fake>) {
  const made: Fake[] = []
  const pool = new Pool<Fake>(
    {
      name: 'test',
      mayRetry: (error) => (error as Error).message !== 'wrong password',
      async connect() {
        const connection = connect === undefined ? fake() : await connect()
        made.push(connection)
        return connection
      },
    },
    { size: 2, min: 0, timeout: 1000, queue: 10, idleTimeout: 10_000, maxLifetime: 60_000, ...options },
  )
  return { pool, made }
}

function fake(): Fake {
  return {
    alive: true,
    closed: false,
    doing: 'select 1',
    ref() {},
    unref() {},
    close() {
      this.closed = true
      this.alive = false
    },
  }
}

describe('Pool', () => {
  it('opens connections as they are needed, and uses the one that was idle last', async () => {
    const { pool, made } = makePool()
    const first = await pool.acquire()
    const second = await pool.acquire()
    assert.notEqual(first, second)
    pool.release(first, 'clean')
    pool.release(second, 'clean')
    // Giving back twice does not make two of one.
    pool.release(second, 'clean')
    assert.equal(pool.acquire(), second)
    assert.deepEqual(pool.state, { open: 2, idle: 1, waiting: 0 })
    assert.equal(made.length, 2)
    pool.release(second, 'clean')
    await pool.close(100)
  })

  it('never lends one connection twice, and serves in the order of asking', async () => {
    const { pool } = makePool({ size: 1 })
    const order: number[] = []
    let users = 0
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const connection = await pool.acquire()
        users += 1
        assert.equal(users, 1)
        order.push(i)
        await new Promise(setImmediate)
        users -= 1
        pool.release(connection, 'clean')
      }),
    ).catch((error) => assert.match(error.message, /waiting/))
    await pool.close(100)
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    )
  })

  it('tells who holds the connections when one waited too long, and refuses one too many', async () => {
    const { pool } = makePool({ size: 1, timeout: 10, queue: 1 })
    const held = await pool.acquire()
    const late = assert.rejects(async () => pool.acquire(), {
      code: 'ZZZ_DB_BUSY',
      message: /waited 10 ms for one of 1 connections\. Those in use, by how long: \d+ ms: select 1$/,
    })
    await assert.rejects(async () => pool.acquire(), { code: 'ZZZ_DB_QUEUE_FULL' })
    await late
    pool.release(held, 'clean')
    assert.equal(pool.acquire(), held)
    await pool.close(0)
  })

  it('closes connections that are dead, in an unknown state or too old, and opens others', async () => {
    const { pool, made } = makePool({ size: 1 })
    const dead = await pool.acquire()
    pool.release(dead, 'clean')
    dead.alive = false
    const second = await pool.acquire()
    assert.notEqual(second, dead)
    assert.equal(dead.closed, true)
    const waiting = pool.acquire()
    pool.release(second, 'unknown')
    const third = await waiting
    assert.equal(second.closed, true)
    assert.equal(made.length, 3)
    pool.release(third, 'clean')
    await pool.close(100)
    assert.equal(third.closed, true)
    const old = makePool({ maxLifetime: 0 })
    const brief = await old.pool.acquire()
    old.pool.release(brief, 'clean')
    assert.equal(brief.closed, true)
    await old.pool.close(0)
  })

  it('tries to connect again while someone waits, unless that is pointless', async () => {
    let failures = 2
    const { pool } = makePool({}, async () => {
      if (failures-- > 0) throw new Error('not there yet')
      return fake()
    })
    pool.release(await pool.acquire(), 'clean')
    await pool.close(100)

    const wrong = makePool({}, () => Promise.reject(new Error('wrong password')))
    await assert.rejects(async () => wrong.pool.acquire(), /wrong password/)
    const down = makePool({ timeout: 20 }, () => Promise.reject(new Error('refused')))
    await assert.rejects(async () => down.pool.acquire(), {
      code: 'ZZZ_DB_UNAVAILABLE',
      message: /within 20 ms: refused/,
    })
    await Promise.all([wrong.pool.close(0), down.pool.close(0)])
  })

  it('closes what nobody uses, down to the least number', async () => {
    const { pool, made } = makePool({ size: 3, min: 1, idleTimeout: 10 })
    const all = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
    for (const connection of all) pool.release(connection, 'clean')
    while (pool.state.open > 1) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(made.filter(({ closed }) => !closed).length, 1)
    await pool.close(0)
  })

  it('refuses everyone once it is closed, and those who wait', async () => {
    const { pool } = makePool({ size: 1 })
    const held = await pool.acquire()
    const waiting = assert.rejects(async () => pool.acquire(), { code: 'ZZZ_DB_STOPPED' })
    await pool.close(0)
    await waiting
    assert.equal(held.closed, true)
    await assert.rejects(async () => pool.acquire(), { code: 'ZZZ_DB_STOPPED' })
  })
})
