import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../clock.suite.ts'
import { describeCacheStore } from './cache-store.suite.ts'
import { type MemoryStoreOptions, memoryStore } from './memory-store.ts'

const ttl = 1000

describeCacheStore('memoryStore', () => {
  const clock = manualClock()
  return { store: memoryStore({ clock }), pass: (ms) => clock.advance(ms) }
})

describe('memoryStore', () => {
  const filled = (options: MemoryStoreOptions, ...keys: string[]) => {
    const store = memoryStore(options)
    for (const key of keys) store.put(key, Buffer.alloc(100), { ttl })
    return store
  }
  const has = (store: ReturnType<typeof memoryStore>, ...keys: string[]) =>
    keys.filter((key) => store.get(key) !== undefined).join('')

  it('answers at once', () => {
    assert.ok(filled({}, 'a').get('a') instanceof Uint8Array)
  })

  it('drops what was used longest ago when it has too many', () => {
    const store = filled({ maxEntries: 3 }, 'a', 'b', 'c')
    store.get('a')
    store.put('d', Buffer.alloc(1), { ttl })
    assert.equal(has(store, 'a', 'b', 'c', 'd'), 'acd')
    store.put('c', Buffer.alloc(1), { ttl })
    store.put('e', Buffer.alloc(1), { ttl })
    assert.equal(has(store, 'a', 'c', 'd', 'e'), 'cde')
    assert.equal(store.entries, 3)
  })

  it('drops as many as a large value needs', () => {
    const store = filled({ maxBytes: 1000 }, 'a', 'b', 'c')
    assert.equal(store.bytes, 903)
    store.put('d', Buffer.alloc(300), { ttl })
    assert.equal(has(store, 'a', 'b', 'c', 'd'), 'cd')
    assert.ok(store.bytes <= 1000)
  })

  it('does not keep what is larger than itself, and drops nothing for it', () => {
    const store = filled({ maxBytes: 1000 }, 'a', 'b')
    store.put('c', Buffer.alloc(1000), { ttl })
    assert.equal(has(store, 'a', 'b', 'c'), 'ab')
  })

  it('counts keys, and what it replaces or forgets', () => {
    const clock = manualClock()
    const store = filled({ clock }, 'a', 'a', 'b')
    store.put('€'.repeat(100), Buffer.alloc(0), { ttl })
    assert.equal(store.bytes, 301 + 301 + 500)
    store.delete('b')
    assert.equal(store.bytes, 801)
    clock.advance(ttl)
    store.get('a')
    assert.deepEqual([store.bytes, store.entries], [500, 1])
    store.clear()
    assert.deepEqual([store.bytes, store.entries], [0, 0])
  })

  it('does not keep the buffer that a value is a part of', () => {
    const store = memoryStore()
    const large = new Uint8Array(10_000)
    large[5000] = 7
    store.put('a', large.subarray(5000, 5001), { ttl })
    assert.equal(store.get('a')?.buffer.byteLength, 1)
    assert.deepEqual([...(store.get('a') ?? [])], [7])
  })

  it('refuses options that cannot be', () => {
    for (const options of [
      { maxEntries: 0 },
      { maxBytes: 1.5 },
      { maxBytes: '1' },
      { clock: 1 },
      { clock: {} },
      { ttl: 1 },
    ]) {
      assert.throws(() => memoryStore(options as MemoryStoreOptions), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})
