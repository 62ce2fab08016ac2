import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { makeRequest } from '../http/request.suite.ts'
import { any, get, post, route } from '../router/route.ts'
import { scope } from '../router/scope.ts'
import { createApp } from './app.ts'

const text = (ctx: Context) => ctx.text(`${ctx.method} ${ctx.route?.pattern}`)
const seen: string[] = []
const watch: Middleware = async (ctx, next) => {
  const reply = await next()
  seen.push(`${ctx.method} ${ctx.path} ${ctx.route?.pattern} ${reply.statusCode}`)
  return reply.header('x-watched', 'yes')
}
const inner: Middleware = (ctx) => ctx.text('the scope must not answer')

const app = createApp({
  environment: 'production',
  use: [watch],
  routes: [
    get('/hello', text),
    post('/hello', text),
    post('/only-post', text),
    route('PURGE', '/cache/:key', text),
    any('/any', text),
    scope('/scoped', { use: [inner] }, [get('/x', text)]),
  ],
})

/** Status, `Allow` and body of the answer; the middleware ran around it. */
async function ask(method: string, target: string) {
  seen.length = 0
  const reply = await app.handle(makeRequest({ method, target }))
  assert.deepEqual(seen, [`${method} ${target} ${undefined} ${reply.statusCode}`])
  assert.equal(reply.headers.get('x-watched'), 'yes')
  return { status: reply.statusCode, allow: reply.headers.get('allow'), body: reply.body, reply }
}

const codeOf = (reply: { error: unknown }) => (reply.error as { code: string }).code

describe('what no route matches', () => {
  it('is 404 for an unknown path, whatever the method', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE', 'PURGE']) {
      const { status, allow, reply } = await ask(method, '/missing')
      assert.deepEqual([status, allow, codeOf(reply)], [404, undefined, 'ZZZ_NOT_FOUND'], method)
    }
    assert.equal((await ask('GET', '/missing')).body, '404 Not Found\nThere is nothing at /missing\n')
  })

  it('is 405 with Allow for a known path', async () => {
    const { status, allow, body, reply } = await ask('DELETE', '/hello')
    assert.deepEqual(
      [status, allow, codeOf(reply)],
      [405, 'GET, HEAD, OPTIONS, POST', 'ZZZ_METHOD_NOT_ALLOWED'],
    )
    assert.match(String(body), /\/hello does not take DELETE, only GET, HEAD, OPTIONS, POST/)
    assert.equal((await ask('HEAD', '/only-post')).allow, 'OPTIONS, POST')
    assert.equal((await ask('GET', '/cache/1')).allow, 'OPTIONS, PURGE')
  })

  it('answers OPTIONS of a known path', async () => {
    const { status, allow, body } = await ask('OPTIONS', '/hello')
    assert.deepEqual([status, allow, body], [204, 'GET, HEAD, OPTIONS, POST', null])
  })

  it('answers OPTIONS * with every method there is', async () => {
    const { status, allow } = await ask('OPTIONS', '*')
    assert.deepEqual([status, allow], [204, 'GET, HEAD, OPTIONS, POST, PURGE'])
  })

  it('is 501 for a method that no route names', async () => {
    for (const [method, target] of [
      ['BREW', '/hello'],
      ['BREW', '/missing'],
      ['get', '/hello'],
      ['CONNECT', 'h:443'],
    ] as const) {
      const { status, reply } = await ask(method, target)
      assert.deepEqual([status, codeOf(reply)], [501, 'ZZZ_METHOD_UNKNOWN'], method)
    }
  })

  it('is 400 for a malformed path', async () => {
    for (const target of ['/%', '/%zz', '/%ff', '/a/../b', '/%2e%2e', '/./x', '/a%00']) {
      const { status, reply } = await ask('GET', target)
      assert.deepEqual([status, codeOf(reply)], [400, 'ZZZ_PATH_MALFORMED'], target)
    }
  })

  it('does not run the middleware of scopes', async () => {
    assert.equal((await ask('POST', '/scoped/x')).status, 405)
    assert.equal((await ask('GET', '/scoped/y')).status, 404)
  })
})

describe('a preflight', () => {
  const cors: Middleware = (ctx, next) =>
    ctx.method === 'OPTIONS' ? ctx.empty().header('x-cors', JSON.stringify(ctx.params)) : next()
  const passing: Middleware = async (_ctx, next) => (await next()).header('x-passed', 'yes')
  const asking = createApp({
    use: [watch],
    routes: [
      scope('/teams/:team', { use: [passing] }, [
        get('/', text),
        post('/', { use: [cors] }, text),
        route('OPTIONS', '/own', text),
        post('/own', { use: [cors] }, text),
      ]),
    ],
  })
  const preflight = (target: string, method: string, origin = 'http://x.test') =>
    asking.handle(
      makeRequest({
        method: 'OPTIONS',
        target,
        headers: { ...(origin && { origin }), ...(method && { 'access-control-request-method': method }) },
      }),
    )

  it('runs the middleware of the route that it asks about, with its parameters', async () => {
    const post = await preflight('/teams/7', 'POST')
    assert.deepEqual(
      ['x-cors', 'x-passed', 'x-watched', 'allow'].map((name) => post.headers.get(name)),
      ['{"team":"7"}', 'yes', 'yes', undefined],
    )
    const get = await preflight('/teams/7/', 'GET')
    assert.deepEqual(
      ['x-cors', 'x-passed', 'x-watched', 'allow'].map((name) => get.headers.get(name)),
      [undefined, 'yes', 'yes', 'GET, HEAD, OPTIONS, POST'],
    )
  })

  it('is a plain OPTIONS where it asks about no route, or is none', async () => {
    for (const reply of [
      await preflight('/teams/7', 'DELETE'),
      await preflight('/teams/7', 'nonsense here'),
      await preflight('/teams/7', ''),
      await preflight('/teams/7', 'POST', ''),
    ]) {
      assert.deepEqual(
        ['x-cors', 'x-passed', 'x-watched', 'allow'].map((name) => reply.headers.get(name)),
        [undefined, undefined, 'yes', 'GET, HEAD, OPTIONS, POST'],
      )
    }
    assert.equal((await preflight('/none', 'GET')).statusCode, 404)
  })

  it('goes to a route for OPTIONS where there is one', async () => {
    const reply = await preflight('/teams/7/own', 'POST')
    assert.deepEqual([reply.statusCode, reply.headers.get('x-cors')], [200, undefined])
  })
})

describe('what a route matches', () => {
  const answer = async (method: string, target: string) =>
    (await app.handle(makeRequest({ method, target }))).body

  it('is HEAD by GET, any method by any, an own method by route', async () => {
    assert.equal(await answer('HEAD', '/hello'), 'HEAD /hello')
    assert.equal(await answer('BREW', '/any'), 'BREW /any')
    assert.equal(await answer('OPTIONS', '/any'), 'OPTIONS /any')
    assert.equal(await answer('PURGE', '/cache/1'), 'PURGE /cache/:key')
  })

  it('is found by an absolute target', async () => {
    assert.equal(await answer('GET', 'http://h.test/hello?x'), 'GET /hello')
  })
})

describe('middleware around what no route matches', () => {
  it('may answer instead, and an error of it becomes a reply', async () => {
    const answering = createApp({ use: [(ctx) => ctx.text('mine', 200)], routes: [] })
    assert.equal((await answering.handle(makeRequest({ target: '/x' }))).body, 'mine')
    const throwing = createApp({
      use: [
        () => {
          throw new Error('x')
        },
      ],
      routes: [],
    })
    assert.equal((await throwing.handle(makeRequest({ target: '/x' }))).statusCode, 500)
  })
})
