import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CacheStore } from '../../cache/cache-store.ts'
import { memoryStore } from '../../cache/memory-store.ts'
import { setup } from './response-cache.suite.ts'

describe('responseCache: stores', () => {
  it('works with one that answers later', async () => {
    const inner = memoryStore()
    const later: CacheStore = {
      get: async (key) => inner.get(key),
      put: async (key, value, options) => inner.put(key, value, options),
      delete: async (key) => inner.delete(key),
      clear: async () => inner.clear(),
    }
    const { text, ask } = setup({ store: later })
    assert.deepEqual([await text(), await text()], ['run 1', 'run 1'])
    assert.deepEqual(new Set(await Promise.all([text('/x'), text('/x'), text('/x')])).size, 1)
    await ask('/', {}, 'POST')
    assert.notEqual(await text(), 'run 1')
  })

  it('goes on without one that fails, and says so once', async (t) => {
    const warnings: string[] = []
    const hear = (warning: Error) => warnings.push(warning.message)
    process.on('warning', hear)
    t.after(() => process.off('warning', hear))
    const fail = () => {
      throw new Error('unreachable')
    }
    for (const broken of [fail, async () => fail()]) {
      warnings.length = 0
      const { text, ask } = setup({ store: { get: broken, put: broken, delete: broken, clear: broken } })
      assert.deepEqual([await text(), await text()], ['run 1', 'run 2'])
      await ask('/', {}, 'POST')
      await new Promise(setImmediate)
      assert.deepEqual(warnings, ['The store of a response cache failed: unreachable'])
    }
  })

  it('does not trust what it did not write', async () => {
    const store = memoryStore()
    const { text } = setup({ store })
    store.put('reply http://localhost/?', Buffer.from('nonsense'), { ttl: 1000 })
    assert.deepEqual([await text(), await text()], ['run 1', 'run 1'])
  })
})
