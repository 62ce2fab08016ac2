import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RevalidatingCache } from './revalidating-cache.ts'

/** A cache over numbers that count their loads, with a clock that is set by hand. */
function makeCache(limit = 1_000_000) {
  const loads: string[] = []
  const clock = { time: 0, now: () => clock.time, after: () => ({ [Symbol.dispose]() {} }) }
  let gate: Promise<void> = Promise.resolve()
  const cache = new RevalidatingCache<number>({
    load: async (key, previous) => {
      loads.push(key)
      await gate
      return (previous ?? 0) + 1
    },
    cost: () => 1000,
    limit,
    clock,
  })
  return { cache, loads, clock, hold: (promise: Promise<void>) => (gate = promise) }
}

describe('RevalidatingCache', () => {
  it('gives a value at once until it is too old for its reader', async () => {
    const { cache, clock } = makeCache()
    assert.equal(await cache.get('a', 1000), 1)
    clock.time = 999
    assert.equal(cache.get('a', 1000), 1)
    assert.equal(await cache.get('a', 500), 2)
    clock.time = 1998
    assert.equal(cache.get('a', 1000), 2)
    clock.time = 1999
    assert.equal(await cache.get('a', 1000), 3)
    clock.time = 0
    assert.equal(await cache.get('a', 1000), 4, 'the clock was set back')
  })

  it('loads once for readers that come together, and counts the age from the start of the load', async () => {
    const { cache, clock, loads, hold } = makeCache()
    const { promise, resolve } = Promise.withResolvers<void>()
    hold(promise)
    const first = cache.get('a', 1000)
    clock.time = 600
    const second = cache.get('a', 1000)
    resolve()
    assert.deepEqual([await first, await second, loads.length], [1, 1, 1])
    clock.time = 1000
    assert.equal(await cache.get('a', 1000), 2)
  })

  it('shares no load with a reader that wants the state of now', async () => {
    const { cache, loads } = makeCache()
    await Promise.all([cache.get('a', 0), cache.get('a', 0)])
    assert.equal(loads.length, 2)
  })

  it('does not replace a newer value by one whose load began earlier', async () => {
    const { cache, clock, hold } = makeCache()
    const slow = Promise.withResolvers<void>()
    hold(slow.promise)
    const old = cache.get('a', 0)
    hold(Promise.resolve())
    clock.time = 10
    await cache.get('a', 0)
    await cache.get('a', 0)
    slow.resolve()
    await old
    assert.equal(cache.get('a', 1000), 2)
  })

  it('hands a failure to those who wait, and tries again', async () => {
    let fail = true
    const cache = new RevalidatingCache<number>({
      load: async () => {
        if (fail) throw new Error('disk')
        return 1
      },
      cost: () => 1,
      limit: 10_000,
      clock: { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
    })
    await assert.rejects(async () => cache.get('a', 1000), { message: 'disk' })
    fail = false
    assert.equal(await cache.get('a', 1000), 1)
  })

  it('stays within its limit, and keeps what is asked for', async () => {
    const { cache, loads } = makeCache(20_000)
    await cache.get('hot', 1000)
    for (let index = 0; index < 500; index++) {
      await cache.get(`cold ${index}`, 1000)
      await cache.get('hot', 1000)
      assert.ok(cache.size <= 20_000)
    }
    assert.equal(loads.filter((key) => key === 'hot').length, 1)
  })

  it('keeps nothing that is larger than the limit', async () => {
    const { cache } = makeCache(0)
    assert.equal(await cache.get('a', 1000), 1)
    assert.equal(await cache.get('a', 1000), 1)
    assert.equal(cache.size, 0)
  })
})
