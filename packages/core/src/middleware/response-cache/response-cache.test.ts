import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../../context/context.ts'
import { cspNonceKey } from '../../context/keys.ts'
import type { HandlerResult, Middleware } from '../../context/middleware.ts'
import type { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { sessionKey } from '../../session/session.ts'
import { sessionValue } from '../../session/session-value.ts'
import { csrfToken } from '../csrf/csrf-token.ts'
import { etag } from '../etag.ts'
import { securityHeaders } from '../security-headers/security-headers.ts'
import { session } from '../session/session.ts'
import { gated, setup } from './response-cache.suite.ts'
import { type ResponseCacheOptions, responseCache } from './response-cache.ts'

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
