import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { Reply } from '../http/reply.ts'
import { makeRequest } from '../http/request.suite.ts'
import { get, post } from '../router/route.ts'
import { scope } from '../router/scope.ts'
import { createApp } from './app.ts'

const text = (ctx: Context) => ctx.text('')

describe('createApp', () => {
  it('answers with the handler of the route and its parameters, decoded once', async () => {
    const app = createApp({
      routes: [get('/hello/:name', (ctx) => ctx.text(`Hello, ${ctx.params.name}!`)), get('/hello/Ada', text)],
    })
    const reply = await app.handle(makeRequest({ target: '/hello/B%20e%252F?x' }))
    assert.deepEqual([reply.statusCode, reply.body], [200, 'Hello, B e%2F!'])
  })

  it('answers at once where nothing is asynchronous', () => {
    const app = createApp({ use: [(_ctx, next) => next()], routes: [get('/', text)] })
    assert.ok(app.handle(makeRequest()) instanceof Reply)
    assert.ok(app.handle(makeRequest({ target: '/missing' })) instanceof Reply)
  })

  it('runs its middleware around that of scopes and routes', async () => {
    const log: string[] = []
    const note =
      (name: string): Middleware =>
      (_ctx, next) => {
        log.push(name)
        return next()
      }
    const app = createApp({
      use: [note('app')],
      routes: [
        scope('/a', { use: [note('scope')] }, [get('/b', { use: [note('route')] }, text)]),
        get('/c', text),
      ],
    })
    await app.handle(makeRequest({ target: '/a/b' }))
    await app.handle(makeRequest({ target: '/c' }))
    assert.deepEqual(log, ['app', 'scope', 'route', 'app'])
  })

  it('lists its routes, also to handlers', async () => {
    let seen: Context | undefined
    const app = createApp({
      environment: 'test',
      routes: [
        scope('/admin', { as: 'admin' }, [get('/users/:id', { as: 'user' }, text)]),
        post('/x', (ctx) => {
          seen = ctx
          return ctx.empty()
        }),
      ],
    })
    const routes = [
      { method: 'GET', pattern: '/admin/users/:id', name: 'admin.user' },
      { method: 'POST', pattern: '/x', name: undefined },
    ]
    assert.deepEqual(app.routes, routes)
    await app.handle(makeRequest({ method: 'POST', target: '/x' }))
    assert.equal(seen?.app.routes, app.routes)
    assert.equal(seen?.app.environment, 'test')
    assert.partialDeepStrictEqual(seen?.route, routes[1])
    assert.ok(Object.isFrozen(app) && Object.isFrozen(app.routes[0]))
  })

  it('makes URLs of named routes', () => {
    const app = createApp({
      routes: [
        get('/', { as: 'home' }, text),
        scope('/admin', { as: 'admin' }, [get('/users/:id', { as: 'user' }, text)]),
      ],
    })
    assert.equal(app.url('home'), '/')
    assert.equal(app.url('home', {}, { page: 2 }), '/?page=2')
    assert.equal(app.url('admin.user', { id: 'a/b' }), '/admin/users/a%2Fb')
    const loose = app.url as (name: string, params?: object) => string
    assert.throws(() => loose('user'), {
      code: 'ZZZ_ROUTE_UNKNOWN',
      message: /"user"; known are home, admin\.user/,
    })
    assert.throws(() => loose('toString'), { code: 'ZZZ_ROUTE_UNKNOWN' })
    assert.throws(() => loose('admin.user'), { code: 'ZZZ_ROUTE_PARAM' })
    const nameless = createApp({ routes: [get('/', text)] }).url as (name: string) => string
    assert.throws(() => nameless('home'), { code: 'ZZZ_ROUTE_UNKNOWN', message: /known are none/ })
  })

  it('takes its environment from ZZZ_ENV, else NODE_ENV, else production', () => {
    const { ZZZ_ENV, NODE_ENV } = process.env
    const environmentWith = (env: Record<string, string>): string => {
      delete process.env.ZZZ_ENV
      delete process.env.NODE_ENV
      Object.assign(process.env, env)
      return createApp({ routes: [] }).environment
    }
    try {
      assert.equal(environmentWith({}), 'production')
      assert.equal(environmentWith({ NODE_ENV: 'test' }), 'test')
      assert.equal(environmentWith({ NODE_ENV: 'test', ZZZ_ENV: 'development' }), 'development')
      assert.equal(environmentWith({ ZZZ_ENV: '' }), 'production')
      process.env.ZZZ_ENV = 'development'
      assert.equal(createApp({ environment: 'staging', routes: [] }).environment, 'staging')
    } finally {
      environmentWith(JSON.parse(JSON.stringify({ ZZZ_ENV, NODE_ENV })))
    }
  })

  it('reads the address of the client behind trusted proxies', async () => {
    const app = createApp({ trustedProxies: ['10.0.0.0/8'], routes: [get('/', (ctx) => ctx.text(ctx.ip))] })
    const peer = { remoteAddress: '10.0.0.1' }
    assert.equal(
      (await app.handle(makeRequest({ peer, headers: { 'x-forwarded-for': '1.1.1.1' } }))).body,
      '1.1.1.1',
    )
  })

  it('shows details of errors in development only', async () => {
    const bodyIn = async (environment: string) => {
      const fail = () => {
        throw new Error('secret')
      }
      return String((await createApp({ environment, routes: [get('/', fail)] }).handle(makeRequest())).body)
    }
    assert.match(await bodyIn('development'), /secret/)
    assert.equal(await bodyIn('production'), '500 Internal Server Error\n')
  })

  it('refuses unknown and impossible options, conflicts and bad patterns', () => {
    const loose = createApp as unknown as (options: unknown) => void
    const refused = (options: object, message: RegExp, code = 'ZZZ_OPTION_INVALID') =>
      assert.throws(() => loose({ routes: [], ...options }), { code, message })
    refused({ uses: [] }, /createApp: there is no option "uses"; known are routes, use, services/)
    refused({ use: [1] }, /"use" has to be a list of middleware functions/)
    refused({ routes: 'x' }, /"routes" has to be a list of routes, got "x"/)
    refused({ routes: [1] }, /route/)
    refused({ services: {} }, /"services"/)
    refused({ environment: '' }, /"environment"/)
    refused({ bodyLimit: 1.5 }, /"bodyLimit"/)
    refused({ form: { memory: '1' } }, /createApp, form: .*"memory"/)
    refused({ trustedProxies: ['x'] }, /"x" is no address/)
    refused({ routes: [get('/a', text), get('/a', text)] }, /\/a/, 'ZZZ_ROUTE_CONFLICT')
    assert.throws(() => loose(undefined), { code: 'ZZZ_OPTION_INVALID' })
  })
})
