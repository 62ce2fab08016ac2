import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CacheStore } from './cache-store.ts'

/** What the suite needs to know of a store: how to make an empty one, and how to let its time pass. */
export interface StoreSubject {
  readonly store: CacheStore
  /** Lets so many milliseconds pass, as the store sees it. */
  readonly pass: (ms: number) => void | Promise<void>
}

/** What every cache store has to do. */
export function describeCacheStore(name: string, create: () => StoreSubject | Promise<StoreSubject>): void {
  const text = async (store: CacheStore, key: string) => {
    const value = await store.get(key)
    return value === undefined ? undefined : Buffer.from(value).toString()
  }

  describe(`${name} as a cache store`, () => {
    it('gives what was put last, and nothing for another key', async () => {
      const { store } = await create()
      await store.put('a', Buffer.from('1'), { ttl: 60_000 })
      await store.put('b', Buffer.from('2'), { ttl: 60_000 })
      await store.put('a', Buffer.from('3'), { ttl: 60_000 })
      assert.deepEqual(
        [await text(store, 'a'), await text(store, 'b'), await text(store, 'c')],
        ['3', '2', undefined],
      )
    })

    it('keeps bytes as they are, none included', async () => {
      const { store } = await create()
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
      await store.put('bytes', bytes, { ttl: 60_000 })
      await store.put('none', new Uint8Array(), { ttl: 60_000 })
      assert.deepEqual(Uint8Array.from((await store.get('bytes')) ?? []), bytes)
      assert.equal((await store.get('none'))?.length, 0)
    })

    it('takes any text for a key', async () => {
      const { store } = await create()
      const keys = ['', ' ', 'constructor', '__proto__', 'a\nb', 'a\0b', 'äöü€', '😀', 'x'.repeat(5000)]
      for (const key of keys) await store.put(key, Buffer.from(key), { ttl: 60_000 })
      for (const key of keys) assert.equal(await text(store, key), key)
    })

    it('forgets what its time is up for', async () => {
      const { store, pass } = await create()
      await store.put('short', Buffer.from('1'), { ttl: 50 })
      await store.put('long', Buffer.from('2'), { ttl: 60_000 })
      await store.put('none', Buffer.from('3'), { ttl: 0 })
      assert.deepEqual([await text(store, 'short'), await text(store, 'none')], ['1', undefined])
      await pass(50)
      assert.deepEqual([await text(store, 'short'), await text(store, 'long')], [undefined, '2'])
    })

    it('forgets the old value also where the new one is not kept', async () => {
      const { store } = await create()
      await store.put('a', Buffer.from('1'), { ttl: 60_000 })
      await store.put('a', Buffer.from('2'), { ttl: 0 })
      assert.equal(await text(store, 'a'), undefined)
    })

    it('forgets on request, one or all', async () => {
      const { store } = await create()
      for (const key of ['a', 'b', 'c']) await store.put(key, Buffer.from(key), { ttl: 60_000 })
      await store.delete('a')
      await store.delete('unknown')
      assert.deepEqual([await text(store, 'a'), await text(store, 'b')], [undefined, 'b'])
      await store.clear()
      assert.deepEqual([await text(store, 'b'), await text(store, 'c')], [undefined, undefined])
    })
  })
}
