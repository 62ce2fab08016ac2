import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { ZzzError } from '../errors.ts'
import type { Outcome } from './outcome.ts'
import { makeRequest } from './request.suite.ts'

describe('Request: target', () => {
  it('splits path and query, both as sent', () => {
    const cases: [target: string, path: string, query: string][] = [
      ['/', '/', ''],
      ['/users/42?tab=a%20b&x', '/users/42', 'tab=a%20b&x'],
      ['/a%2Fb', '/a%2Fb', ''],
      ['/?', '/', ''],
      ['/a?b?c', '/a', 'b?c'],
      ['//two', '//two', ''],
      ['/x?next=http://h/y', '/x', 'next=http://h/y'],
      ['http://h:80/p/q?r=1', '/p/q', 'r=1'],
      ['http://h', '/', ''],
      ['http://h?r=1', '/', 'r=1'],
      ['HTTP://[::1]:80/p', '/p', ''],
      ['*', '*', ''],
      ['h:443', 'h:443', ''],
    ]
    for (const [target, path, query] of cases) {
      const request = makeRequest({ target })
      // The query first: either of them splits the target.
      assert.deepEqual([request.queryString, request.path], [query, path], target)
      assert.equal(makeRequest({ target }).path, path)
    }
  })

  it('takes the host from an absolute target, else from the header', () => {
    const headers = { host: 'header.test:81' }
    assert.equal(makeRequest({ headers }).host, 'header.test:81')
    assert.equal(makeRequest({ headers, target: 'http://target.test:82/x' }).host, 'target.test:82')
    assert.equal(makeRequest({ headers, target: 'https://target.test?x' }).host, 'target.test')
    assert.equal(makeRequest({ headers, target: '/x?y=http://other.test/' }).host, 'header.test:81')
    assert.equal(makeRequest().host, '')
  })
})

describe('Request: headers', () => {
  it('are cut out of a raw block, values without the white space around them', () => {
    const headers =
      '\r\nHost: a\r\nX-A:1\r\nX-B: \t two  words \t\r\nX-Empty:\r\nx-blank: \r\nX-A: a:b\r\n\r\n'
    assert.deepEqual(
      [...makeRequest({ headers }).headers],
      [
        ['host', 'a'],
        ['x-a', '1'],
        ['x-b', 'two  words'],
        ['x-empty', ''],
        ['x-blank', ''],
        ['x-a', 'a:b'],
      ],
    )
    assert.deepEqual([...makeRequest({ headers: '\r\n\r\n' }).headers], [])
  })

  it('come as a flat list too, and are made once', () => {
    const request = makeRequest({ headers: ['host', 'a', 'x', '1'] })
    assert.equal(request.headers.get('X'), '1')
    assert.equal(request.headers, request.headers)
  })
})

describe('Request: signal', () => {
  const reason = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone')

  it('aborts with the reason', async () => {
    const request = makeRequest()
    const { signal } = request
    assert.equal(signal.aborted, false)
    const aborted = once(signal, 'abort')
    request.abort(reason)
    await aborted
    assert.equal(signal.reason, reason)
    assert.equal(request.signal, signal)
  })

  it('is aborted already when asked for late; the first reason stays', () => {
    const request = makeRequest()
    request.abort(reason)
    request.abort(new ZzzError('ZZZ_HANDLER_TIMEOUT', 'late'))
    assert.equal(request.signal.aborted, true)
    assert.equal(request.signal.reason, reason)
  })
})

describe('Request: onSettled', () => {
  const outcome: Outcome = { status: 200, bytesSent: 5, aborted: false, error: undefined }

  it('calls every listener once, in order, with the first outcome', () => {
    const request = makeRequest()
    const heard: unknown[] = []
    assert.equal(request.hasListeners, false)
    request.onSettled((seen) => heard.push('a', seen))
    request.onSettled((seen) => heard.push('b', seen))
    assert.equal(request.hasListeners, true)
    request.settle(outcome)
    request.settle({ ...outcome, status: 500 })
    assert.deepEqual(heard, ['a', outcome, 'b', outcome])
  })

  it('calls a late listener at once, also one added by a listener', () => {
    const request = makeRequest()
    const heard: string[] = []
    request.onSettled(() => request.onSettled(({ status }) => heard.push(`inner ${status}`)))
    request.settle(outcome)
    request.onSettled(({ status }) => heard.push(`late ${status}`))
    assert.deepEqual(heard, ['inner 200', 'late 200'])
  })

  it('shows what a listener throws and calls the others', async () => {
    const request = makeRequest({ method: 'POST', target: '/x' })
    const warned = once(process, 'warning')
    let called = false
    request.onSettled(() => {
      throw new Error('broken listener')
    })
    request.onSettled(() => {
      called = true
    })
    request.settle(outcome)
    assert.equal(called, true)
    const [warning] = await warned
    assert.equal(warning.message, 'An onSettled listener of POST /x failed: broken listener')
  })
})
