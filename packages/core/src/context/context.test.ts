import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { ZzzError } from '../errors.ts'
import type { Reply } from '../http/reply.ts'
import { makeContext } from './context.suite.ts'

const typeOf = (reply: Reply) => reply.headers.get('content-type')

describe('Context: reading', () => {
  it('reads method, path, query and headers', () => {
    const ctx = makeContext({ method: 'PUT', target: '/a%2Fb?page=2&tag=x&tag=y+z', headers: { 'x-a': '1' } })
    assert.deepEqual([ctx.method, ctx.path], ['PUT', '/a%2Fb'])
    assert.equal(ctx.query.get('page'), '2')
    assert.deepEqual(ctx.query.getAll('tag'), ['x', 'y z'])
    assert.equal(ctx.query, ctx.query)
    assert.equal(ctx.header('X-A'), '1')
    assert.equal(ctx.header('x-b'), undefined)
  })

  it('knows the client by its trusted proxies', () => {
    const parts = { peer: { remoteAddress: '10.0.0.1' }, headers: { 'x-forwarded-for': '1.1.1.1' } }
    assert.equal(makeContext(parts).ip, '10.0.0.1')
    assert.equal(makeContext({ ...parts, trustedProxies: ['10.0.0.0/8'] }).ip, '1.1.1.1')
    assert.equal(makeContext().ip, '')
  })

  it('hands on the signal and the outcome of its request', async () => {
    const ctx = makeContext()
    const aborted = once(ctx.signal, 'abort')
    ctx.request.abort(new ZzzError('ZZZ_HANDLER_TIMEOUT', 'late'))
    await aborted
    const outcome = { status: 200, bytesSent: 1, aborted: false, error: undefined }
    let heard: unknown
    ctx.onSettled((seen) => {
      heard = seen
    })
    ctx.request.settle(outcome)
    assert.equal(heard, outcome)
  })
})

describe('Context: replies', () => {
  const ctx = makeContext({ target: '/here' })

  it('makes JSON, HTML and text with their types', () => {
    const made = [ctx.json({ a: [1] }), ctx.html('<p>'), ctx.text('x')].map((reply) => [
      reply.statusCode,
      reply.body,
      typeOf(reply),
    ])
    assert.deepEqual(made, [
      [200, '{"a":[1]}', 'application/json; charset=utf-8'],
      [200, '<p>', 'text/html; charset=utf-8'],
      [200, 'x', 'text/plain; charset=utf-8'],
    ])
    for (const reply of [ctx.json(1, 201), ctx.html('', 201), ctx.text('', 201)])
      assert.equal(reply.statusCode, 201)
  })

  it('makes JSON of everything that has a text, and refuses the rest', () => {
    assert.equal(ctx.json(null).body, 'null')
    assert.equal(ctx.json(new Date(0)).body, '"1970-01-01T00:00:00.000Z"')
    const circle: { self?: unknown } = {}
    circle.self = circle
    for (const value of [undefined, () => {}, Symbol('x'), 1n, { n: 1n }, circle]) {
      assert.throws(() => ctx.json(value), { code: 'ZZZ_JSON_UNSERIALISABLE', message: /^ctx\.json: / })
    }
  })

  it('refuses a status that is none', () => {
    for (const make of [
      () => ctx.json(1, 99),
      () => ctx.text('', 600),
      () => ctx.html('', 200.5),
      () => ctx.empty(0),
    ]) {
      assert.throws(make, { code: 'ZZZ_STATUS_INVALID' })
    }
    assert.throws(() => ctx.respond('', { status: 1000 }), { code: 'ZZZ_STATUS_INVALID' })
  })

  it('responds with any body, typed by what it is unless told', () => {
    const bytes = Uint8Array.of(1)
    assert.equal(typeOf(ctx.respond('x')), 'text/plain; charset=utf-8')
    assert.equal(typeOf(ctx.respond(bytes)), 'application/octet-stream')
    assert.equal(typeOf(ctx.respond(null)), undefined)
    const reply = ctx.respond(bytes, { type: 'image/png', status: 201 })
    assert.deepEqual([reply.statusCode, reply.body, typeOf(reply)], [201, bytes, 'image/png'])
    assert.throws(() => ctx.respond('', { type: 'text/\n' }), { code: 'ZZZ_HEADER_INVALID' })
  })

  it('streams', () => {
    async function* source() {}
    const body = source()
    const reply = ctx.stream(body, { status: 206, type: 'text/csv' })
    assert.deepEqual([reply.statusCode, reply.body, typeOf(reply)], [206, body, 'text/csv'])
    assert.equal(typeOf(ctx.stream(body)), 'application/octet-stream')
  })

  it('can be empty', () => {
    assert.deepEqual([ctx.empty().statusCode, ctx.empty().body, [...ctx.empty().headers]], [204, null, []])
    assert.equal(ctx.empty(202).statusCode, 202)
  })

  it('redirects, with a location that may stand in a header', () => {
    const locations: [given: string, sent: string][] = [
      ['/a/b?c=d#e', '/a/b?c=d#e'],
      ['https://h.test:8/x', 'https://h.test:8/x'],
      ['/a%20b%2F', '/a%20b%2F'],
      ['/a b', '/a%20b'],
      ['/Grüße/👋', '/Gr%C3%BC%C3%9Fe/%F0%9F%91%8B'],
      ['/x\r\nset-cookie: a=1', '/x%0D%0Aset-cookie:%20a=1'],
      ['/"<>\\^`{|}', '/%22%3C%3E%5C%5E%60%7B%7C%7D'],
      ['/\ud800', '/%EF%BF%BD'],
    ]
    for (const [given, sent] of locations) {
      const reply = ctx.redirect(given)
      assert.deepEqual([reply.statusCode, reply.body, reply.headers.get('location')], [302, null, sent])
    }
    assert.equal(ctx.redirect('/', 303).statusCode, 303)
    for (const status of [200, 299, 400]) {
      assert.throws(() => ctx.redirect('/', status), {
        code: 'ZZZ_REDIRECT_INVALID',
        message: new RegExp(`${status}`),
      })
    }
  })

  it('says what is not found', () => {
    const reply = ctx.notFound()
    assert.deepEqual([reply.statusCode, reply.body], [404, '404 Not Found\nThere is nothing at /here\n'])
    assert.equal((reply.error as ZzzError).code, 'ZZZ_NOT_FOUND')
    assert.equal(ctx.notFound('No such user').body, '404 Not Found\nNo such user\n')
  })

  it('shows details of errors in development only', () => {
    const secret = new Error('secret')
    for (const environment of ['production', 'test', 'Development']) {
      assert.equal(makeContext({ environment }).error(secret).body, '500 Internal Server Error\n')
    }
    assert.match(
      String(makeContext({ environment: 'development' }).error(secret).body),
      /secret[\s\S]*context\.test/,
    )
  })
})
