import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../../clock.suite.ts'
import { testBucketStore } from './bucket-store.suite.ts'
import { memoryBuckets } from './memory-buckets.ts'

describe('memoryBuckets', () => {
  let stores = 0
  testBucketStore(async (_t, clock) => memoryBuckets({ clock, name: `test ${++stores}` }))

  it('keeps no more than its limit, and drops what was used longest ago', async () => {
    const store = memoryBuckets({ maxEntries: 2, clock: manualClock(), name: 'limited' })
    const bucket = { tokens: 5, window: 60_000 }
    for (const key of ['a', 'b', 'a', 'c']) await store.take(key, bucket, 1)
    assert.equal((await store.take('a', bucket, 0)).remaining, 3)
    assert.equal((await store.take('b', bucket, 0)).remaining, 5)
    assert.equal((await store.take('c', bucket, 0)).remaining, 4)
  })

  it('drops full ones first', async () => {
    const clock = manualClock()
    const store = memoryBuckets({ maxEntries: 2, clock, name: 'full' })
    await store.take('short', { tokens: 5, window: 10 }, 1)
    await store.take('long', { tokens: 5, window: 60_000 }, 1)
    clock.advance(10)
    await store.take('new', { tokens: 5, window: 60_000 }, 1)
    assert.equal((await store.take('long', { tokens: 5, window: 60_000 }, 0)).remaining, 4)
  })

  it('refuses options that cannot be', () => {
    for (const options of [{ limit: 0 }, { name: '' }, { clock: 7 }, { size: 1 }]) {
      assert.throws(() => memoryBuckets(options as object), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})
