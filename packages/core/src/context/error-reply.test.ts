import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HttpError, ZzzError } from '../errors.ts'
import { makeRequest } from '../http/request.suite.ts'
import { errorReply } from './error-reply.ts'

/** The reply to a client that accepts this, as status, type and body. */
function replyTo(error: unknown, accept?: string, development = false) {
  const request = makeRequest({ headers: accept === undefined ? {} : { accept } })
  const reply = errorReply(request, error, { development })
  assert.equal(reply.error, error)
  return {
    status: reply.statusCode,
    type: reply.headers.get('content-type'),
    body: String(reply.body),
    reply,
  }
}

const taken = new HttpError(409, 'This name is <taken>')
const secret = Object.assign(new Error('password is hunter2'), { code: 'E_SECRET' })
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

describe('errorReply: form', () => {
  it('is text unless the client asks for another form', () => {
    for (const accept of [undefined, '*/*', 'text/plain', 'image/png', 'text/*']) {
      const { status, type, body } = replyTo(taken, accept)
      assert.deepEqual(
        [status, type, body],
        [409, 'text/plain; charset=utf-8', '409 Conflict\nThis name is <taken>\n'],
      )
    }
  })

  it('is an escaped page for browsers', () => {
    const { status, type, body } = replyTo(taken, browser)
    assert.deepEqual([status, type], [409, 'text/html; charset=utf-8'])
    assert.match(body, /^<!doctype html><html lang="en">/)
    assert.match(body, /<h1>409 Conflict<\/h1><p>This name is &lt;taken&gt;<\/p><\/body>/)
  })

  it('is problem details for clients that want JSON', () => {
    for (const accept of ['application/json', 'application/problem+json', 'application/*']) {
      const { status, type, body } = replyTo(taken, accept)
      assert.deepEqual([status, type], [409, 'application/problem+json'])
      assert.deepEqual(JSON.parse(body), {
        type: 'about:blank',
        status: 409,
        title: 'Conflict',
        code: 'ZZZ_HTTP',
        detail: 'This name is <taken>',
      })
    }
  })
})

describe('errorReply: what the client reads', () => {
  it('says nothing of errors from 500 on in production, in any form', () => {
    assert.equal(replyTo(secret).body, '500 Internal Server Error\n')
    assert.deepEqual(JSON.parse(replyTo(secret, 'application/json').body), {
      type: 'about:blank',
      status: 500,
      title: 'Internal Server Error',
    })
    assert.match(replyTo(secret, browser).body, /<h1>500 Internal Server Error<\/h1><\/body>/)
    assert.equal(replyTo(new HttpError(503, 'db-7 is down')).body, '503 Service Unavailable\n')
  })

  it('says everything in development, in any form', () => {
    for (const accept of [undefined, browser, 'application/json']) {
      const { body } = replyTo(new Error('outer <x>', { cause: secret }), accept, true)
      for (const part of ['outer', 'hunter2', 'error-reply.test.ts'])
        assert.ok(body.includes(part), `${accept}: ${part}`)
      if (accept === browser) assert.ok(!body.includes('<x>'))
    }
    assert.equal(JSON.parse(replyTo(secret, 'application/json', true).body).code, 'E_SECRET')
    assert.ok(!replyTo(taken, undefined, true).body.includes('error-reply.test.ts'), 'no stack below 500')
  })

  it('follows expose, both ways', () => {
    assert.equal(
      replyTo(new HttpError(503, 'Back at noon', { expose: true })).body,
      '503 Service Unavailable\nBack at noon\n',
    )
    assert.equal(replyTo(new HttpError(403, 'hidden', { expose: false })).body, '403 Forbidden\n')
  })

  it('takes the status of any error, and 500 for anything that is thrown', () => {
    assert.equal(replyTo(Object.assign(new Error('no'), { status: 422 })).status, 422)
    for (const thrown of [undefined, null, 'text', 7, Symbol('x'), { status: 200 }, Object.create(null)]) {
      assert.deepEqual([replyTo(thrown).status, replyTo(thrown).body], [500, '500 Internal Server Error\n'])
    }
    assert.equal(replyTo(new HttpError(499, 'x')).body, '499 Error\nx\n')
  })
})

describe('errorReply: errors of an error', () => {
  const json = (error: unknown, development = false) =>
    JSON.parse(replyTo(error, 'application/json', development).body)
  const invalid = (errors: unknown, status = 422) => Object.assign(new Error('invalid'), { status, errors })

  it('are an extension member of problem details, as RFC 9457 has it', () => {
    const errors = [{ detail: 'must be a positive integer', pointer: '#/age' }]
    assert.deepEqual(json(invalid(errors)), {
      type: 'about:blank',
      status: 422,
      title: 'Unprocessable Content',
      detail: 'invalid',
      errors,
    })
    assert.deepEqual(json(invalid({ email: ['is taken'] })).errors, { email: ['is taken'] })
  })

  it('are those of an HttpError', () => {
    const errors = { email: ['is taken'] }
    assert.deepEqual(json(new HttpError(422, 'x', { errors })).errors, errors)
    assert.equal(json(new HttpError(500, 'x', { errors })).errors, undefined)
    assert.deepEqual(json(new HttpError(500, 'x', { errors, expose: true })).errors, errors)
  })

  it('are lines of text and items of a page too, escaped', () => {
    const list = invalid(['<a>', { detail: 'b', pointer: '#/c' }])
    const record = invalid({ email: ['is taken'], '<name>': 'is long' })
    const start = '422 Unprocessable Content\ninvalid\n'
    assert.equal(replyTo(list).body, `${start}- <a>\n- {"detail":"b","pointer":"#/c"}\n`)
    assert.equal(replyTo(record).body, `${start}- email: ["is taken"]\n- <name>: is long\n`)
    const item = '<ul><li>email: [&quot;is taken&quot;]</li><li>&lt;name&gt;: is long</li></ul></body>'
    assert.ok(replyTo(record, browser).body.includes(item), replyTo(record, browser).body)
    assert.equal(replyTo(invalid(['secret'], 500)).body, '500 Internal Server Error\n')
  })

  it('are told where the message is, and never of an AggregateError', () => {
    assert.equal(json(invalid(['secret'], 500)).errors, undefined)
    assert.deepEqual(json(invalid(['shown'], 500), true).errors, ['shown'])
    assert.equal(json(Object.assign(new AggregateError([new Error('x')]), { status: 400 })).errors, undefined)
    for (const errors of ['text', 7, null, true]) assert.equal(json(invalid(errors)).errors, undefined)
  })

  it('cost nobody the reply when JSON has no text for them', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    for (const errors of [cycle, [1n]]) {
      const { status, body } = replyTo(invalid(errors), 'application/json')
      assert.deepEqual(
        [status, JSON.parse(body).detail, JSON.parse(body).errors],
        [422, 'invalid', undefined],
      )
    }
  })
})

describe('errorReply: headers', () => {
  it('carries those of the error', () => {
    const error = new ZzzError('ZZZ_METHOD_NOT_ALLOWED', 'x', { headers: { Allow: 'GET, HEAD' } })
    assert.equal(replyTo(error).reply.headers.get('allow'), 'GET, HEAD')
  })

  it('says that the form depends on what the client accepts', () => {
    assert.equal(replyTo(taken).reply.headers.get('vary'), 'Accept')
    const error = new HttpError(404, 'x', { headers: { vary: 'cookie' } })
    assert.equal(replyTo(error, browser).reply.headers.get('vary'), 'cookie, Accept')
  })

  it('leaves out what describes another body than its own, and cookies', () => {
    const upstream = {
      'Content-Type': 'image/png',
      'content-encoding': 'gzip',
      'content-length': '3',
      'transfer-encoding': 'chunked',
      etag: '"a"',
      'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT',
      'set-cookie': 'session=theirs',
      'retry-after': '5',
    }
    const error = Object.assign(new Error('x'), { status: 429, headers: upstream })
    assert.deepEqual(
      [...replyTo(error).reply.headers],
      [
        ['content-type', 'text/plain; charset=utf-8'],
        ['retry-after', '5'],
        ['vary', 'Accept'],
      ],
    )
  })

  it('leaves out what is no text', () => {
    const error = Object.assign(new Error('x'), { headers: { a: 1, b: undefined, c: 'yes' } })
    assert.deepEqual(
      [...replyTo(error).reply.headers].map(([name]) => name),
      ['content-type', 'c', 'vary'],
    )
    assert.equal(replyTo(Object.assign(new Error('x'), { headers: new Headers({ a: 'b' }) })).status, 500)
  })
})

describe('errorReply: errors that cannot be shown', () => {
  it('is a bare 500 that keeps both errors', () => {
    const unsendable = new HttpError(400, 'x', { headers: { 'retry-after': '1\r\nx: y' } })
    const unreadable = Object.defineProperty(new Error('x'), 'status', {
      get() {
        throw new Error('no status')
      },
    })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const error of [unsendable, unreadable, proxy]) {
      const reply = errorReply(makeRequest(), error, { development: true })
      assert.deepEqual([reply.statusCode, reply.body], [500, '500 Internal Server Error\n'])
      assert.ok(reply.error instanceof AggregateError)
      assert.equal(reply.error.errors[0], error)
      assert.ok(reply.error.errors[1] instanceof Error)
    }
  })
})
