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
