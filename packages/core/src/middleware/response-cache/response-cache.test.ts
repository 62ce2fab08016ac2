import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import type { CacheStore } from '../../cache/cache-store.ts'
import { memoryStore } from '../../cache/memory-store.ts'
import { manualClock } from '../../clock.suite.ts'
import type { Context } from '../../context/context.ts'
import { cspNonceKey } from '../../context/keys.ts'
import type { HandlerResult, Middleware } from '../../context/middleware.ts'
import type { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { any } from '../../router/route.ts'
import { sessionKey } from '../../session/session.ts'
import { sessionValue } from '../../session/session-value.ts'
import { compress } from '../compress/compress.ts'
import { csrfToken } from '../csrf/csrf-token.ts'
import { etag } from '../etag.ts'
import { securityHeaders } from '../security-headers/security-headers.ts'
import { session } from '../session/session.ts'
import { type ResponseCacheOptions, responseCache } from './response-cache.ts'

interface Setup extends Partial<ResponseCacheOptions> {
  readonly outside?: readonly Middleware[]
  readonly inside?: readonly Middleware[]
}

/** An application that counts how often its handler runs; by default the count is what it answers. */
function setup(options: Setup = {}, handler?: (ctx: Context, run: number) => HandlerResult) {
  const { outside = [], inside = [], ...cacheOptions } = options
  const clock = manualClock(1_000_000)
  const state = { runs: 0 }
  const app = createApp({
    environment: 'test',
    use: [...outside, responseCache({ maxAge: 10, clock, ...cacheOptions }), ...inside],
    routes: [
      any('/*rest', (ctx) => {
        state.runs++
        return handler === undefined ? ctx.text(`run ${state.runs}`) : handler(ctx, state.runs)
      }),
    ],
  })
  const ask = (path = '/', headers: Record<string, string> = {}, method = 'GET') =>
    app.fetch(path, { method, headers })
  const text = async (path?: string, headers?: Record<string, string>) => (await ask(path, headers)).text()
  return { app, clock, state, ask, text }
}

describe('responseCache', () => {
  it('keeps a reply for its time, and says how old it is', async () => {
    const { ask, clock } = setup({}, (ctx, run) => ctx.json({ run }, 203).header('x-a', 'b'))
    const first = await ask()
    assert.equal(first.headers.get('age'), null)
    for (const [ms, age] of [
      [0, '0'],
      [1500, '1'],
      [8499, '9'],
    ] as const) {
      clock.advance(ms)
      const hit = await ask()
      assert.deepEqual([hit.status, await hit.text(), hit.headers.get('age')], [203, '{"run":1}', age])
      assert.deepEqual(
        [hit.headers.get('content-type'), hit.headers.get('x-a')],
        ['application/json; charset=utf-8', 'b'],
      )
    }
    clock.advance(1)
    assert.equal(await (await ask()).text(), '{"run":2}')
  })

  it('keeps text, bytes and nothing as they are', async () => {
    const bodies: Record<string, (ctx: Context) => HandlerResult> = {
      '/text': (ctx) => ctx.text('äöü€😀'),
      '/bytes': (ctx) => ctx.respond(Uint8Array.of(0, 255, 10)),
      '/redirect': (ctx) => ctx.redirect('/text', 301),
      '/none': (ctx) => ctx.text(''),
    }
    const { app, state } = setup({}, (ctx) => bodies[ctx.path]?.(ctx) ?? ctx.notFound())
    for (const path of Object.keys(bodies)) {
      const [first, hit] = [await app.fetch(path), await app.fetch(path)]
      assert.equal(hit.status, first.status)
      assert.equal(hit.headers.get('location'), first.headers.get('location'))
      assert.deepEqual(await hit.bytes(), await first.bytes())
    }
    assert.equal(state.runs, 4)
  })

  it('tells apart scheme, host, path and query, and nothing else', async () => {
    const { app, state } = setup()
    const urls = [
      'http://a/',
      'https://a/',
      'http://b/',
      'http://a/x',
      'http://a/?x',
      'http://a/?y',
      'http://a:81/',
    ]
    for (const url of [...urls, ...urls, 'http://A/']) await (await app.fetch(url)).text()
    assert.equal(state.runs, urls.length)
  })

  it('gives each client a reply of its own', async () => {
    let count = 0
    const outside: Middleware = async (_ctx, next) => (await next()).append('x-id', String(++count))
    const { ask } = setup({ outside: [outside] })
    assert.deepEqual(
      [
        (await ask()).headers.get('x-id'),
        (await ask()).headers.get('x-id'),
        (await ask()).headers.get('x-id'),
      ],
      ['1', '2', '3'],
    )
  })

  it('answers HEAD with what it has, and keeps nothing for it', async () => {
    const { ask, text, state } = setup()
    await ask('/', {}, 'HEAD')
    assert.equal(await text(), 'run 2')
    const hit = await ask('/', {}, 'HEAD')
    assert.deepEqual([hit.headers.get('age'), state.runs], ['0', 2])
  })

  it('takes a key of the application, and lets pass what has none', async () => {
    const { text } = setup({ key: (ctx) => ctx.query.get('key') ?? undefined })
    assert.equal(await text('/a?key=1'), 'run 1')
    assert.equal(await text('/b?key=1&more'), 'run 1')
    assert.equal(await text('/a'), 'run 2')
    assert.equal(await text('/a'), 'run 3')
  })

  it('serves a range from what it has as a whole', async () => {
    const { text, ask } = setup()
    await text()
    const response = await ask('/', { range: 'bytes=0-1' })
    assert.deepEqual([response.status, await response.text()], [200, 'run 1'])
  })
})

describe('responseCache: what is not kept', () => {
  const rows: Record<string, (ctx: Context, run: number) => HandlerResult> = {
    'an error': (_ctx, run) => {
      throw new Error(String(run))
    },
    'a 404': (ctx) => ctx.notFound(),
    'a reply that sets a cookie': (ctx, run) => ctx.text(String(run)).header('set-cookie', 'a=b'),
    'a private reply': (ctx, run) => ctx.text(String(run)).header('cache-control', 'private'),
    'a stream': (ctx, run) => ctx.stream(new Response(String(run)).body as ReadableStream<Uint8Array>),
    'a large body': (ctx) => ctx.text('x'.repeat(1001)),
    'a temporary redirect': (ctx) => ctx.redirect('/x'),
    'what differs by everything': (ctx) => ctx.text('x').header('vary', '*'),
  }
  for (const [what, handler] of Object.entries(rows)) {
    it(what, async () => {
      const { ask, state } = setup({ bodyLimit: 1000 }, handler)
      for (let run = 1; run <= 3; run++) {
        const response = await ask()
        assert.deepEqual([state.runs, response.headers.get('age')], [run, null])
        await response.text()
      }
    })
  }

  it('requests with credentials pass by, unless told', async () => {
    for (const headers of [{ cookie: 'a=b' }, { authorization: 'Basic eDp5' }] as Record<string, string>[]) {
      const { text } = setup()
      assert.equal(await text('/', headers), 'run 1')
      assert.equal(await text(), 'run 2')
      assert.equal(await text('/', headers), 'run 3')
      assert.equal(await text(), 'run 2')
      const told = setup({ credentials: true })
      assert.equal(await told.text('/', headers), 'run 1')
      assert.equal(await told.text(), 'run 1')
    }
  })

  it('what belongs to the session or the policy of one client', async () => {
    const visits = sessionValue<number>('visits')
    const handlers: ((ctx: Context) => HandlerResult)[] = [
      (ctx) => ctx.text(csrfToken(ctx)),
      (ctx) => {
        ctx.get(sessionKey).set(visits, 1)
        return ctx.text('counted')
      },
      (ctx) => ctx.html(`<script nonce="${ctx.get(cspNonceKey)}"></script>`),
    ]
    for (const handler of handlers) {
      const { ask, state } = setup({ outside: [session(), securityHeaders()] }, handler)
      const [one, other] = [await ask(), await ask()]
      assert.deepEqual([state.runs, one.headers.get('age'), other.headers.get('age')], [2, null, null])
    }
    const reads = setup({ outside: [session(), securityHeaders()] }, (ctx, run) =>
      ctx.text(`${run} ${ctx.get(sessionKey).get(visits)}`),
    )
    assert.deepEqual([await reads.text(), await reads.text()], ['1 undefined', '1 undefined'])
  })

  it('a GET with a body passes by: what it says is no part of the key', async () => {
    const { app, text } = setup({}, async (ctx) => ctx.text(String(await ctx.param('q'))))
    const form = { 'content-type': 'application/x-www-form-urlencoded', host: 'localhost' }
    const fat = async () =>
      (await app.handle(makeRequest({ target: '/?q=good', headers: form, body: 'q=evil' }))) as Reply
    assert.equal((await fat()).body, 'evil')
    assert.equal(await text('/?q=good'), 'good')
    assert.equal((await fat()).body, 'evil')
  })

  it('starts to keep what can be kept again', async () => {
    const { text } = setup({}, (ctx, run) =>
      run === 1 ? ctx.text('private').header('cache-control', 'private') : ctx.text(`run ${run}`),
    )
    assert.deepEqual([await text(), await text(), await text()], ['private', 'run 2', 'run 2'])
  })
})

describe('responseCache: Vary', () => {
  const byLanguage = (ctx: Context, run: number) =>
    ctx.text(`${ctx.header('accept-language')} ${run}`).header('vary', 'Accept-Language')

  it('keeps one reply for each combination of values', async () => {
    const { text, state } = setup({}, byLanguage)
    const german = { 'accept-language': 'de' }
    const french = { 'accept-language': 'fr' }
    assert.equal(await text('/', german), 'de 1')
    assert.equal(await text('/', french), 'fr 2')
    assert.equal(await text('/'), 'undefined 3')
    assert.equal(await text('/', german), 'de 1')
    assert.equal(await text('/', { ...french, 'x-other': '1' }), 'fr 2')
    assert.equal(await text('/'), 'undefined 3')
    assert.equal(state.runs, 3)
  })

  it('learns further names', async () => {
    const { text, state } = setup({}, (ctx, run) =>
      ctx.text(`run ${run}`).header('vary', ctx.header('x-a') === undefined ? 'x-a' : 'x-b'),
    )
    assert.equal(await text('/'), 'run 1')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '1' }), 'run 2')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '2' }), 'run 3')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '1' }), 'run 2')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '2' }), 'run 3')
    assert.equal(state.runs, 3)
  })

  it('takes names from its options, and says them', async () => {
    const { ask, text } = setup({ vary: ['accept-language'] })
    const response = await ask('/', { 'accept-language': 'de' })
    assert.deepEqual([await response.text(), response.headers.get('vary')], ['run 1', 'accept-language'])
    assert.equal(await text('/', { 'accept-language': 'fr' }), 'run 2')
    const hit = await ask('/', { 'accept-language': 'de' })
    assert.deepEqual([await hit.text(), hit.headers.get('vary')], ['run 1', 'accept-language'])
    assert.equal((await ask('/', { cookie: 'a=b' })).headers.get('vary'), 'accept-language')
  })

  it('keeps the forms of compress inside of it apart', async () => {
    const { ask, state } = setup({ inside: [compress({ threshold: 0 })] })
    for (const _ of [1, 2]) {
      for (const coding of ['gzip', 'br']) {
        assert.equal((await ask('/', { 'accept-encoding': coding })).headers.get('content-encoding'), coding)
      }
    }
    assert.equal(state.runs, 2)
  })
})

/** A handler that waits until a test lets it go. */
function gated(answer: (ctx: Context, run: number) => HandlerResult = (ctx, run) => ctx.text(`run ${run}`)) {
  const gates: PromiseWithResolvers<void>[] = []
  const begun: PromiseWithResolvers<void>[] = []
  const at = (list: PromiseWithResolvers<void>[], run: number) => {
    list[run] ??= Promise.withResolvers<void>()
    return list[run]
  }
  return {
    handler: async (ctx: Context, run: number) => {
      at(begun, run).resolve()
      await at(gates, run).promise
      return answer(ctx, run)
    },
    begun: (run: number) => at(begun, run).promise,
    release: (run: number) => at(gates, run).resolve(),
  }
}

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

describe('responseCache: conditions and entity tags', () => {
  for (const where of ['inside', 'outside'] as const) {
    it(`answers 304 with etag ${where}, from the first request on`, async () => {
      const { ask, state } = setup({ [where]: [etag()] }, (ctx) => ctx.text('hello'))
      const first = await ask('/', { 'if-none-match': '"x"' })
      const own = String(first.headers.get('etag'))
      assert.equal(first.status, 200)
      const second = await ask('/', { 'if-none-match': own })
      assert.deepEqual([second.status, second.headers.get('etag'), await second.text()], [304, own, ''])
      assert.equal((await ask('/', { 'if-none-match': '"x"' })).status, 200)
      assert.equal(state.runs, 1)
      const cold = setup({ [where]: [etag()] }, (ctx) => ctx.text('hello'))
      assert.equal((await cold.ask('/', { 'if-none-match': own })).status, 304)
      assert.equal((await cold.ask('/')).status, 200)
      assert.equal(cold.state.runs, 1, 'the whole reply was kept')
    })
  }

  it('answers 304 for what it does not keep, too', async () => {
    const { ask } = setup({ inside: [etag()] }, (ctx) => ctx.text('hello').header('cache-control', 'private'))
    const tag = String((await ask()).headers.get('etag'))
    assert.equal((await ask('/', { 'if-none-match': tag })).status, 304)
  })

  it('works inside of another one', async () => {
    const outer = responseCache({ maxAge: 10, key: (ctx) => (ctx.path === '/' ? 'outer' : undefined) })
    const { ask, state } = setup({ outside: [outer], inside: [etag()] }, (ctx) => ctx.text('hello'))
    const tag = String((await ask()).headers.get('etag'))
    assert.equal((await ask('/', { 'if-none-match': tag })).status, 304)
    assert.equal(state.runs, 1)
  })
})

describe('responseCache: changes', () => {
  it('forgets a URL after a request that may have changed it', async () => {
    const { ask, text } = setup({}, (ctx, run) =>
      ctx.method === 'PUT' ? ctx.text('', 409) : ctx.text(`run ${run}`).header('vary', 'x-a'),
    )
    assert.equal(await text('/a'), 'run 1')
    assert.equal(await text('/b'), 'run 2')
    await ask('/a', {}, 'PUT')
    await ask('/a', {}, 'OPTIONS')
    assert.equal(await text('/a'), 'run 1')
    await ask('/a', { cookie: 'a=b' }, 'DELETE')
    assert.equal(await text('/a'), 'run 6')
    assert.equal(await text('/b'), 'run 2')
    assert.equal(await text('/a', { 'x-a': '1' }), 'run 7')
  })

  it('does not keep what was in the making when it changed', async () => {
    const { handler, release, begun } = gated()
    const { ask, text } = setup({}, (ctx, run) => (ctx.method === 'POST' ? ctx.empty() : handler(ctx, run)))
    const old = text()
    await begun(1)
    await ask('/', {}, 'POST')
    release(1)
    assert.equal(await old, 'run 1')
    release(3)
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

it('responseCache refuses options that cannot be', () => {
  for (const options of [
    {},
    { maxAge: 0 },
    { maxAge: '1' },
    { maxAge: Number.POSITIVE_INFINITY },
    { maxAge: 1, staleWhileRevalidate: -1 },
    { maxAge: 1, vary: ['*'] },
    { maxAge: 1, vary: 'accept' },
    { maxAge: 1, key: 'url' },
    { maxAge: 1, wait: 2 ** 31 },
    { maxAge: 1, store: {} },
    { maxAge: 1, ttl: 1 },
    { maxAge: 1, clock: {} },
  ]) {
    assert.throws(
      () => responseCache(options as ResponseCacheOptions),
      { code: 'ZZZ_OPTION_INVALID' },
      JSON.stringify(options),
    )
  }
})
