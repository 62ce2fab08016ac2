import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { manualClock } from '../../clock.suite.ts'
import type { Clock } from '../../clock.ts'
import type { BucketStore } from './bucket-store.ts'

/** What every store of buckets has to do. */
export function testBucketStore(create: (t: TestContext, clock: Clock) => Promise<BucketStore>): void {
  const five = { tokens: 5, window: 60_000 }
  const setUp = async (t: TestContext) => {
    const clock = manualClock(1_800_000_000_000)
    return { clock, store: await create(t, clock) }
  }

  it('takes tokens until none is left, and says when the next comes', async (t) => {
    const { store } = await setUp(t)
    for (let left = 4; left >= 0; left--) {
      assert.deepEqual(await store.take('a', five, 1), {
        allowed: true,
        remaining: left,
        retryAfter: 0,
        fullAfter: (5 - left) * 12_000,
      })
    }
    const none = { allowed: false, remaining: 0, retryAfter: 12_000, fullAfter: 60_000 }
    assert.deepEqual(await store.take('a', five, 1), none)
    // A refused request takes nothing.
    assert.deepEqual(await store.take('a', five, 1), none)
    assert.equal((await store.take('b', five, 1)).allowed, true)
  })

  it('fills evenly, to the millisecond, and no further than full', async (t) => {
    const { clock, store } = await setUp(t)
    await store.take('a', five, 5)
    clock.advance(11_999)
    assert.deepEqual(await store.take('a', five, 1), {
      allowed: false,
      remaining: 0,
      retryAfter: 1,
      fullAfter: 48_001,
    })
    clock.advance(1)
    assert.equal((await store.take('a', five, 1)).allowed, true)
    assert.equal((await store.take('a', five, 1)).allowed, false)
    clock.advance(3_600_000)
    assert.equal((await store.take('a', five, 1)).remaining, 4)
  })

  it('takes several at once or none, and 0 of an empty one', async (t) => {
    const { store } = await setUp(t)
    assert.equal((await store.take('a', five, 3)).remaining, 2)
    assert.deepEqual(await store.take('a', five, 3), {
      allowed: false,
      remaining: 2,
      retryAfter: 12_000,
      fullAfter: 36_000,
    })
    assert.equal((await store.take('a', five, 2)).remaining, 0)
    assert.equal((await store.take('a', five, 0)).allowed, true)
    assert.deepEqual(await store.take('new', five, 0), {
      allowed: true,
      remaining: 5,
      retryAfter: 0,
      fullAfter: 0,
    })
  })

  it('takes tokens back, and never has more than fit in', async (t) => {
    const { clock, store } = await setUp(t)
    await store.take('a', five, 3)
    assert.deepEqual(await store.take('a', five, -1), {
      allowed: true,
      remaining: 3,
      retryAfter: 0,
      fullAfter: 24_000,
    })
    clock.advance(20_000)
    const full = { allowed: true, remaining: 5, retryAfter: 0, fullAfter: 0 }
    assert.deepEqual(await store.take('a', five, -1), full)
    assert.deepEqual(await store.take('a', five, 0), full)
    assert.deepEqual(await store.take('new', five, -5), full)
    assert.equal((await store.take('new', five, 5)).remaining, 0)
  })

  it('gives one token back to many at once, once each', async (t) => {
    const { store } = await setUp(t)
    await store.take('a', five, 5)
    await Promise.all(Array.from({ length: 3 }, () => store.take('a', five, -1)))
    assert.equal((await store.take('a', five, 0)).remaining, 3)
  })

  it('counts exactly where tokens and milliseconds do not go into each other', async (t) => {
    const { clock, store } = await setUp(t)
    for (const [tokens, window] of [
      [7, 60_000],
      [3, 1000],
      [1_000_000, 86_400_000],
      [999, 7],
    ] as const) {
      const bucket = { tokens, window }
      const key = `${tokens}`
      const half = Math.floor(tokens / 2)
      assert.equal((await store.take(key, bucket, half)).allowed, true)
      assert.equal((await store.take(key, bucket, tokens - half)).remaining, 0)
      assert.equal((await store.take(key, bucket, 1)).allowed, false)
      clock.advance(window)
      assert.equal((await store.take(key, bucket, tokens)).allowed, true, key)
    }
  })

  it('never gives more than there is to many at once', async (t) => {
    const { store } = await setUp(t)
    const bucket = { tokens: 30, window: 60_000 }
    const all = await Promise.all(Array.from({ length: 100 }, () => store.take('a', bucket, 1)))
    assert.equal(all.filter(({ allowed }) => allowed).length, 30)
  })

  it('takes nothing away when the clock is set back', async (t) => {
    const { clock, store } = await setUp(t)
    await store.take('a', five, 1)
    clock.advance(-30_000)
    assert.equal((await store.take('a', five, 1)).remaining, 3)
  })
}
