import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import type { Middleware } from '../context/middleware.ts'
import { Reply } from '../http/reply.ts'
import { makeRequest } from '../http/request.suite.ts'
import { get, post } from '../router/route.ts'
import { scope } from '../router/scope.ts'
import { type CorsOptions, cors } from './cors.ts'

const example = 'https://example.com'

function appWith(options: CorsOptions) {
  return createApp({
    environment: 'production',
    use: [cors(options)],
    routes: [
      get('/', (ctx) => ctx.text('hello')),
      get('/varied', (ctx) => ctx.text('hello').header('vary', 'Accept')),
      post('/fails', () => {
        throw new Error('x')
      }),
    ],
  })
}

type App = { fetch(path: string, init?: RequestInit): Promise<Response> }

/** The CORS headers of an answer, and `Vary`. */
async function ask(app: App, path: string, origin?: string, init: RequestInit = {}) {
  const headers = { ...(origin !== undefined && { origin }), ...(init.headers as Record<string, string>) }
  const response = await app.fetch(path, { ...init, headers })
  const said = [...response.headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
  return {
    status: response.status,
    said: Object.fromEntries(said.map(([name, value]) => [name.replace('access-control-', ''), value])),
  }
}

const preflight = (app: App, path: string, origin: string, method: string, names?: string) =>
  ask(app, path, origin, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': method,
      ...(names !== undefined && { 'access-control-request-headers': names }),
    },
  })

describe('cors: replies', () => {
  it('name an origin of the list, and depend on the origin in any case', async () => {
    const app = appWith({ origins: [example] })
    assert.deepEqual(await ask(app, '/', example), {
      status: 200,
      said: { 'allow-origin': example, vary: 'Origin' },
    })
    for (const origin of [
      undefined,
      'https://evil.test',
      'null',
      '',
      'https://example.com, https://x.test',
    ]) {
      assert.deepEqual(await ask(app, '/', origin), { status: 200, said: { vary: 'Origin' } })
    }
    assert.equal((await ask(app, '/varied', example)).said.vary, 'Accept, Origin')
  })

  it('are for everyone with *, whoever asks', async () => {
    const app = appWith({ origins: '*' })
    // Without an origin too: a cache may keep that reply, and give it to a page.
    for (const origin of [example, 'null', undefined]) {
      assert.deepEqual((await ask(app, '/', origin)).said, { 'allow-origin': '*' })
    }
    assert.deepEqual((await ask(appWith({ origins: '*', expose: ['Link'] }), '/')).said, {
      'allow-origin': '*',
      'expose-headers': 'Link',
    })
  })

  it('say so for errors too', async () => {
    const app = appWith({ origins: [example], expose: ['X-Request-Id', 'Link'], credentials: true })
    const said = {
      'allow-origin': example,
      'allow-credentials': 'true',
      'expose-headers': 'X-Request-Id, Link',
      vary: 'Accept, Origin',
    }
    assert.deepEqual(await ask(app, '/fails', example, { method: 'POST' }), { status: 500, said })
    assert.deepEqual(await ask(app, '/missing', example), { status: 404, said })
    assert.deepEqual(await ask(app, '/', example, { method: 'DELETE' }), { status: 405, said })
  })

  it('keep what the handler or an inner cors said', async () => {
    const app = createApp({
      use: [cors({ origins: [example], credentials: true })],
      routes: [get('/', { use: [cors({ origins: '*' })] }, (ctx) => ctx.text(''))],
    })
    assert.deepEqual((await ask(app, '/', example)).said, { 'allow-origin': '*' })
  })
})

describe('cors: origins', () => {
  const allows = async (options: CorsOptions, origin: string) =>
    (await ask(appWith(options), '/', origin)).said['allow-origin'] === origin

  it('match a regular expression as a whole, and null matches none', async () => {
    const options = { origins: [/https:\/\/(?:[a-z]+\.)?example\.com/gi] }
    for (const origin of [example, 'https://www.example.com', example, 'HTTPS://EXAMPLE.COM']) {
      assert.equal(await allows(options, origin), true, origin)
    }
    for (const origin of [`${example}.evil.test`, `https://evil.test/${example}`, `${example}:8080`]) {
      assert.equal(await allows(options, origin), false, origin)
    }
    assert.equal(await allows({ origins: [/https:\/\/a|https:\/\/ab/] }, 'https://ab'), true)
    assert.equal(await allows({ origins: [/.*/] }, 'null'), false)
    assert.equal(await allows({ origins: ['null'] }, 'null'), true)
  })

  it('are asked of a function, now or later, and only true counts', async () => {
    assert.equal(await allows({ origins: (origin) => origin === example }, example), true)
    assert.equal(await allows({ origins: async (origin) => origin === example }, example), true)
    assert.equal(await allows({ origins: async () => false }, example), false)
    assert.equal(await allows({ origins: () => 'no' as unknown as boolean }, example), false)
    assert.equal((await ask(appWith({ origins: () => true }), '/')).said.vary, 'Origin')
  })

  it('may be of other schemes', async () => {
    for (const origin of ['capacitor://localhost', 'chrome-extension://abcdef', 'http://localhost:5173']) {
      assert.equal(await allows({ origins: [origin] }, origin), true, origin)
    }
  })
})

describe('cors: preflights', () => {
  it('are answered with what is allowed, before the route or its absence', async () => {
    const app = appWith({ origins: [example] })
    for (const path of ['/', '/missing', '/fails']) {
      assert.deepEqual(await preflight(app, path, example, 'PUT', 'x-one,x-two'), {
        status: 204,
        said: {
          'allow-origin': example,
          'allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
          'allow-headers': 'x-one,x-two',
          'max-age': '600',
          vary: 'Access-Control-Request-Headers, Origin',
        },
      })
    }
  })

  it('are answered by the lists that are given', async () => {
    const options = { methods: ['GET', 'PURGE'], headers: ['X-One'], credentials: true, maxAge: 0 }
    const app = appWith({ origins: [example], ...options })
    assert.deepEqual((await preflight(app, '/', example, 'PURGE', 'x-two')).said, {
      'allow-origin': example,
      'allow-credentials': 'true',
      'allow-methods': 'GET, PURGE',
      'allow-headers': 'X-One',
      'max-age': '0',
      vary: 'Origin',
    })
    assert.deepEqual((await preflight(appWith({ origins: '*' }), '/', example, 'GET')).said, {
      'allow-origin': '*',
      'allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'max-age': '600',
      vary: 'Access-Control-Request-Headers',
    })
  })

  it('of an origin that is refused are plain OPTIONS requests', async () => {
    const response = await preflight(appWith({ origins: [example] }), '/', 'https://evil.test', 'GET')
    assert.deepEqual(response, { status: 204, said: { vary: 'Origin' } })
  })

  it('that are none go on', async () => {
    const app = appWith({ origins: [example] })
    const options = await ask(app, '/', example, { method: 'OPTIONS' })
    assert.deepEqual(options, { status: 204, said: { 'allow-origin': example, vary: 'Origin' } })
  })

  it('reach a cors of a scope or a route, before what authenticates', async () => {
    const authenticate: Middleware = (ctx) => ctx.empty(401)
    const own = cors({ origins: [example], methods: ['POST'] })
    const app = createApp({
      routes: [
        scope('/api', { use: [cors({ origins: '*' }), authenticate] }, [get('/me', (ctx) => ctx.text(''))]),
        post('/open', { use: [own] }, (ctx) => ctx.text('')),
        get('/open', (ctx) => ctx.text('')),
      ],
    })
    assert.equal((await preflight(app, '/api/me', example, 'GET')).said['allow-origin'], '*')
    assert.deepEqual(await ask(app, '/api/me', example), { status: 401, said: { 'allow-origin': '*' } })
    assert.equal((await preflight(app, '/open', example, 'POST')).said['allow-methods'], 'POST')
    assert.deepEqual(await preflight(app, '/open', example, 'GET'), { status: 204, said: {} })
  })
})

it('cors stays synchronous where nothing is asynchronous', () => {
  const app = createApp({
    use: [cors({ origins: [example] })],
    routes: [get('/', (ctx) => ctx.text('hello'))],
  })
  for (const headers of [{}, { origin: example }, { origin: 'null' }]) {
    assert.ok(app.handle(makeRequest({ headers })) instanceof Reply)
  }
})

it('cors refuses what cannot work, at start', () => {
  for (const [options, message] of [
    [{}, /"origins" is missing/],
    [{ origins: '*', credentials: true }, /"credentials" cannot go with origins: "\*"/],
    [{ origins: ['*'] }, /option "origins"/],
    [
      { origins: [`${example}/`] },
      /option "origins" has "https:.*m\/", which is no origin; one is "https:.*m",/,
    ],
    [{ origins: [`${example}:443`] }, /option "origins"/],
    [{ origins: ['https://Example.com'] }, /one is "https:\/\/example.com"/],
    [{ origins: [example, 'example.com'] }, /has "example.com", .* one is "https:\/\/example.com"/],
    [{ origins: [example, 7] }, /has 7,/],
    [{ origins: 'https://example.com' }, /option "origins"/],
    [{ origins: [example], methods: ['GET, POST'] }, /option "methods"/],
    [{ origins: [example], headers: ['*'] }, /option "headers"/],
    [{ origins: [example], expose: ['a\r\nb'] }, /option "expose"/],
    [{ origins: [example], maxAge: -1 }, /option "maxAge"/],
    [{ origins: [example], origin: '*' }, /no option "origin"/],
  ] as [CorsOptions, RegExp][]) {
    assert.throws(() => cors(options), { code: 'ZZZ_OPTION_INVALID', message })
  }
})
