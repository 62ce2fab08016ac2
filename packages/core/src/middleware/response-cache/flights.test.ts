import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CacheStore } from '../../cache/cache-store.ts'
import { memoryStore } from '../../cache/memory-store.ts'
import { gated, setup } from './response-cache.suite.ts'

describe('responseCache: many at once', () => {
  it('makes a reply once for all who wait for it', async () => {
    const { handler, release, begun } = gated()
    const { text, state } = setup({}, handler)
    const all = Array.from({ length: 100 }, () => text())
    await begun(1)
    release(1)
    assert.deepEqual(new Set(await Promise.all(all)), new Set(['run 1']))
    assert.equal(state.runs, 1)
  })

  it('makes one for each value of what it differs by', async () => {
    const { handler, release, begun } = gated((ctx) =>
      ctx.text(String(ctx.header('accept-language'))).header('vary', 'accept-language'),
    )
    const { text, state } = setup({}, handler)
    const languages = ['de', 'fr', 'it']
    const all = Array.from({ length: 30 }, (_, index) =>
      text('/', { 'accept-language': languages[index % 3] as string }),
    )
    await begun(1)
    for (const run of [1, 2, 3]) release(run)
    assert.deepEqual(
      await Promise.all(all),
      Array.from({ length: 30 }, (_, index) => languages[index % 3]),
    )
    assert.equal(state.runs, 3)
  })

  it('shares nothing that was for one client, and does not make others wait for it again', async () => {
    const { handler, release, begun } = gated((ctx, run) =>
      ctx.text(`run ${run}`).header('cache-control', 'private'),
    )
    const { text, state } = setup({}, handler)
    const all = Array.from({ length: 5 }, () => text())
    await begun(1)
    assert.equal(state.runs, 1)
    release(1)
    await Promise.all([2, 3, 4, 5].map(begun))
    for (const run of [2, 3, 4, 5]) release(run)
    assert.deepEqual((await Promise.all(all)).sort(), ['run 1', 'run 2', 'run 3', 'run 4', 'run 5'])
    const next = [text(), text()]
    await Promise.all([6, 7].map(begun))
    for (const run of [6, 7]) release(run)
    await Promise.all(next)
  })

  it('gives an error to the one who met it', async () => {
    const { handler, release, begun } = gated((ctx, run) => {
      if (run === 1) throw new Error('broken')
      return ctx.text(`run ${run}`)
    })
    const { ask, state } = setup({}, handler)
    const all = Array.from({ length: 3 }, () => ask())
    await begun(1)
    for (const run of [1, 2, 3]) release(run)
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    assert.deepEqual(statuses, [500, 200, 200])
    assert.equal(state.runs, 3)
  })

  it('lets another one make it when the first client leaves', async () => {
    const { handler, release, begun } = gated((ctx, run) => {
      ctx.signal.throwIfAborted()
      return ctx.text(`run ${run}`)
    })
    const { app, state } = setup({}, handler)
    const controller = new AbortController()
    const first = app.fetch('/', { signal: controller.signal })
    await begun(1)
    const others = Array.from({ length: 20 }, async () => (await app.fetch('/')).text())
    controller.abort()
    release(1)
    await first
    await begun(2)
    release(2)
    assert.deepEqual(new Set(await Promise.all(others)), new Set(['run 2']))
    assert.equal(state.runs, 2)
  })

  it('waits no longer than it should, and leaves no timer behind', async () => {
    const { handler, release, begun } = gated()
    const { text, clock, state } = setup({ wait: 100 }, handler)
    const first = text()
    await begun(1)
    const second = text()
    await new Promise(setImmediate)
    clock.advance(99)
    assert.equal(state.runs, 1)
    clock.advance(1)
    await begun(2)
    release(2)
    assert.equal(await second, 'run 2')
    assert.equal(clock.waiting, 0)
    assert.equal(await text(), 'run 2')
    release(1)
    assert.equal(await first, 'run 1')
  })
})

describe('responseCache: stale while revalidate', () => {
  it('serves the old reply once its time is up, and makes one new one behind it', async () => {
    const { handler, release, begun } = gated()
    const { text, clock, state } = setup({ staleWhileRevalidate: 5 }, handler)
    release(1)
    assert.equal(await text(), 'run 1')
    clock.advance(10_000)
    assert.deepEqual(await Promise.all([text(), text(), text()]), ['run 1', 'run 1', 'run 1'])
    await begun(2)
    release(2)
    await new Promise(setImmediate)
    assert.equal(await text(), 'run 2')
    assert.equal(state.runs, 2)
    clock.advance(15_000)
    release(3)
    assert.equal(await text(), 'run 3')
  })

  it('keeps the old reply while the new one fails, and reports that', async (t) => {
    const warned = Promise.withResolvers<Error>()
    process.once('warning', warned.resolve)
    t.after(() => process.off('warning', warned.resolve))
    const { text, clock } = setup({ staleWhileRevalidate: 5 }, (ctx, run) => {
      if (run === 2) throw new Error('broken')
      return ctx.text(`run ${run}`)
    })
    await text()
    clock.advance(10_000)
    assert.equal(await text(), 'run 1')
    assert.match((await warned.promise).message, /Making \/ anew for the response cache failed: broken/)
    assert.equal(await text(), 'run 1')
    await new Promise(setImmediate)
    assert.equal(await text(), 'run 3')
  })
})

describe('responseCache: changes while others make it', () => {
  it('does not keep what took too long and was made before', async () => {
    const { handler, release, begun } = gated()
    const { ask, text, clock } = setup({ wait: 100 }, (ctx, run) =>
      ctx.method === 'POST' ? ctx.empty() : handler(ctx, run),
    )
    const slow = text()
    await begun(1)
    const other = text()
    await new Promise(setImmediate)
    clock.advance(100)
    await begun(2)
    await ask('/', {}, 'POST')
    for (const run of [1, 2, 4]) release(run)
    assert.deepEqual(await Promise.all([slow, other]), ['run 1', 'run 2'])
    assert.equal(await text(), 'run 4')
  })

  it('does not keep what a slow store was writing meanwhile', async () => {
    const inner = memoryStore()
    const writing = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    const slow: CacheStore = {
      get: async (key) => inner.get(key),
      put: async (key, value, options) => {
        writing.resolve()
        await written.promise
        inner.put(key, value, options)
      },
      delete: async (key) => inner.delete(key),
      clear: async () => inner.clear(),
    }
    const { ask, text } = setup({ store: slow }, (ctx, run) => ctx.text(`run ${run}`))
    const old = text()
    await writing.promise
    await ask('/', {}, 'POST')
    written.resolve()
    assert.equal(await old, 'run 1')
    assert.equal(await text(), 'run 3')
  })
})
