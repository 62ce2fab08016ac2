import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { ZzzError } from '../errors.ts'
import { HeaderList } from './header-list.ts'
import type { Outcome } from './outcome.ts'
import { Reply, type ReplyBody } from './reply.ts'
import { makeRequest } from './request.suite.ts'
import { fromWebRequest, fromWebResponse, toWebRequest, toWebResponse } from './web.ts'

const url = 'https://example.test:8443/users/42?tab=a%20b'

describe('fromWebRequest', () => {
  it('keeps method, target, headers and body', async () => {
    const web = new Request(url, {
      method: 'PUT',
      body: 'Grüße',
      headers: { 'X-A': '1', 'content-type': 'text/x' },
    })
    const request = fromWebRequest(web)
    assert.deepEqual([request.method, request.target, request.version], ['PUT', '/users/42?tab=a%20b', '1.1'])
    assert.equal(request.headers.get('x-a'), '1')
    assert.equal(request.headers.get('content-type'), 'text/x')
    assert.deepEqual(request.peer, { remoteAddress: undefined, remotePort: undefined, encrypted: true })
    assert.equal(await request.text(), 'Grüße')
  })

  it('takes the host from the URL where the headers have none', () => {
    assert.equal(fromWebRequest(new Request(url)).host, 'example.test:8443')
    assert.equal(fromWebRequest(new Request(url, { headers: { host: 'other.test' } })).host, 'other.test')
    assert.equal(fromWebRequest(new Request('http://h/')).peer.encrypted, false)
  })

  it('has the empty body where there is none', async () => {
    const request = fromWebRequest(new Request(url))
    assert.equal(request.body.length, 0)
    assert.equal(await request.text(), '')
  })

  it('aborts with the web request, before and after', async () => {
    const controller = new AbortController()
    const request = fromWebRequest(new Request(url, { signal: controller.signal }))
    const aborted = once(request.signal, 'abort')
    controller.abort()
    await aborted
    assert.equal(request.signal.reason.code, 'ZZZ_CLIENT_DISCONNECTED')
    assert.equal(fromWebRequest(new Request(url, { signal: controller.signal })).signal.aborted, true)
  })
})

describe('toWebRequest', () => {
  it('keeps method, URL, headers and body', async () => {
    const request = makeRequest({
      method: 'POST',
      target: '/a%2Fb?c=d',
      headers: ['host', 'h.test:81', 'x', '1', 'x', '2'],
      body: 'abc',
      peer: { encrypted: true },
    })
    const web = toWebRequest(request)
    assert.deepEqual(
      [web.method, web.url, web.headers.get('x')],
      ['POST', 'https://h.test:81/a%2Fb?c=d', '1, 2'],
    )
    assert.equal(await web.text(), 'abc')
  })

  it('knows the forms of a target', () => {
    const urlOf = (target: string, headers = {}) => toWebRequest(makeRequest({ target, headers })).url
    assert.equal(urlOf('/'), 'http://localhost/')
    assert.equal(urlOf('http://target.test/x', { host: 'header.test' }), 'http://target.test/x')
    // A path with two slashes in front stays on its host.
    assert.equal(urlOf('//evil.test/x', { host: 'h.test' }), 'http://h.test//evil.test/x')
  })

  it('has no body where there is none, and buffered bytes where they were read', async () => {
    assert.equal(toWebRequest(makeRequest({ method: 'GET', body: 'ignored' })).body, null)
    assert.equal(toWebRequest(makeRequest({ method: 'POST' })).body, null)
    const read = makeRequest({ method: 'POST', body: 'abc' })
    await read.text()
    assert.equal(await toWebRequest(read).text(), 'abc')
  })

  it('aborts with ours', () => {
    const request = makeRequest()
    const web = toWebRequest(request)
    assert.equal(web.signal.aborted, false)
    request.abort(new ZzzError('ZZZ_HANDLER_TIMEOUT', 'late'))
    assert.equal(web.signal.aborted, true)
  })

  it('refuses what fetch forbids', () => {
    assert.throws(() => toWebRequest(makeRequest({ method: 'TRACE' })), TypeError)
  })
})

describe('fromWebResponse', () => {
  it('keeps status, headers and body; cookies stay apart', async () => {
    const response = new Response('abc', { status: 418, headers: { 'X-A': '1' } })
    response.headers.append('set-cookie', 'a=1')
    response.headers.append('set-cookie', 'b=2')
    const reply = fromWebResponse(response)
    assert.equal(reply.statusCode, 418)
    assert.equal(reply.headers.get('x-a'), '1')
    assert.deepEqual(reply.headers.getAll('set-cookie'), ['a=1', 'b=2'])
    assert.equal(await new Response(reply.body as ReadableStream).text(), 'abc')
  })

  it('has no body where there is none', () => {
    assert.equal(fromWebResponse(new Response(null, { status: 204 })).body, null)
  })

  it('refuses Response.error()', () => {
    assert.throws(() => fromWebResponse(Response.error()), { code: 'ZZZ_STATUS_INVALID' })
  })
})

/** A web response for a reply, and how its request settles. */
function respond(body: ReplyBody, { status = 200, method = 'GET' } = {}) {
  const request = makeRequest({ method })
  const outcomes: Outcome[] = []
  request.onSettled((outcome) => outcomes.push(outcome))
  const headers = HeaderList.from([
    ['x-a', '1'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ])
  return { response: toWebResponse(request, new Reply(status, body, headers)), outcomes }
}

/** An outcome with its error by code or message. */
function brief({ status, bytesSent, aborted, error }: Outcome): unknown[] {
  const { code, message } = error as { code?: string; message: string }
  return [status, bytesSent, aborted, code ?? message]
}

describe('toWebResponse', () => {
  const sent = (bytesSent: number, status = 200): Outcome => ({
    status,
    bytesSent,
    aborted: false,
    error: undefined,
  })

  it('keeps status and headers; cookies stay apart', () => {
    const { response } = respond('x', { status: 201 })
    assert.deepEqual(
      [response.status, response.statusText, response.headers.get('x-a')],
      [201, 'Created', '1'],
    )
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
  })

  it('settles a body in memory at once', async () => {
    for (const [body, size] of [
      ['Grüße', 7],
      [Uint8Array.of(1, 2), 2],
      [null, 0],
    ] as const) {
      const { response, outcomes } = respond(body)
      assert.deepEqual(outcomes, [sent(size)])
      assert.equal((await response.bytes()).length, size)
    }
  })

  it('settles a stream at its end, and runs it no further than its reader', async () => {
    const steps: string[] = []
    async function* generate() {
      steps.push('first')
      yield 'Grü'
      steps.push('second')
      yield Buffer.from('ße')
    }
    const { response, outcomes } = respond(generate())
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    assert.deepEqual(steps, [])
    await reader.read()
    assert.deepEqual([steps, outcomes], [['first'], []])
    await reader.read()
    assert.equal((await reader.read()).done, true)
    assert.deepEqual(outcomes, [sent(7)])
  })

  it('settles as aborted when the stream fails, or its reader leaves', async () => {
    const failing = respond(new PassThrough().destroy(new Error('cut')))
    await assert.rejects(failing.response.text(), { message: 'cut' })
    assert.deepEqual(failing.outcomes.map(brief), [[200, 0, true, 'cut']])

    const source = new PassThrough()
    const closed = once(source, 'close')
    const left = respond(source)
    await left.response.body?.cancel()
    await closed
    assert.deepEqual(left.outcomes.map(brief), [[200, 0, true, 'ZZZ_CLIENT_DISCONNECTED']])
  })

  it('sends no body for HEAD and bodyless statuses, and releases it', async () => {
    for (const options of [{ method: 'HEAD' }, { status: 204 }, { status: 304 }]) {
      const source = new PassThrough()
      const closed = once(source, 'close')
      const { response, outcomes } = respond(source, options)
      await closed
      assert.equal(response.body, null)
      assert.deepEqual(outcomes, [sent(0, options.status ?? 200)])
      assert.equal(respond('text', options).response.body, null)
    }
  })

  it('refuses an upgrade and a reply that cannot be sent', () => {
    const refusals: [Reply, string][] = [
      [new Reply(101, { kind: 'upgrade', protocol: 'x', accept() {} }), 'ZZZ_UPGRADE_UNSUPPORTED'],
      [new Reply(103, null), 'ZZZ_STATUS_INVALID'],
    ]
    for (const [reply, code] of refusals) assert.throws(() => toWebResponse(makeRequest(), reply), { code })
  })
})
