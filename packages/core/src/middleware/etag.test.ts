import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import type { Handler } from '../context/middleware.ts'
import { any } from '../router/route.ts'
import { compress } from './compress/compress.ts'
import { etag } from './etag.ts'

const hello: Handler = (ctx) => ctx.text('hello').header('cache-control', 'max-age=1').header('x-a', 'b')

function ask(handler: Handler, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return createApp({ environment: 'test', use: [etag()], routes: [any('/', handler)] }).fetch('/', {
    method,
    headers,
  })
}

async function tagOf(handler: Handler, method = 'GET'): Promise<string | null> {
  return (await ask(handler, {}, method)).headers.get('etag')
}

describe('etag', () => {
  it('is strong, of the body alone, the same for text, bytes and HEAD', async () => {
    const tag = await tagOf(hello)
    assert.match(String(tag), /^"[\w-]{22}"$/)
    assert.equal(await tagOf((ctx) => ctx.respond(Buffer.from('hello'))), tag)
    assert.equal(await tagOf(hello, 'HEAD'), tag)
    assert.notEqual(await tagOf((ctx) => ctx.text('hello!')), tag)
  })

  it('answers 304 without what describes the body', async () => {
    const tag = String(await tagOf(hello))
    for (const field of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const response = await ask(hello, { 'if-none-match': field })
      assert.deepEqual([response.status, await response.text()], [304, ''], field)
      assert.deepEqual(
        [...response.headers],
        [
          ['cache-control', 'max-age=1'],
          ['etag', tag],
          ['x-a', 'b'],
        ],
      )
    }
    assert.equal((await ask(hello, { 'if-none-match': tag }, 'HEAD')).status, 304)
  })

  it('answers whole for another tag, a malformed field and other conditions', async () => {
    const tag = String(await tagOf(hello))
    for (const headers of [
      { 'if-none-match': '"x"' },
      { 'if-none-match': tag.slice(1, -1) },
      { 'if-match': '"x"' },
      { 'if-modified-since': new Date().toUTCString() },
      { 'if-unmodified-since': new Date(0).toUTCString() },
      { range: 'bytes=0-1' },
    ]) {
      assert.equal((await ask(hello, headers)).status, 200, JSON.stringify(headers))
    }
  })

  it('leaves alone other methods, other statuses, streams and what nobody may keep', async () => {
    const rows: readonly [Handler, string][] = [
      [hello, 'POST'],
      [(ctx) => ctx.text('a', 201), 'GET'],
      [(ctx) => ctx.notFound(), 'GET'],
      [(ctx) => ctx.empty(), 'GET'],
      [(ctx) => ctx.stream(new Response('a').body as ReadableStream<Uint8Array>), 'GET'],
      [(ctx) => ctx.text('a').header('cache-control', 'private, no-store'), 'GET'],
    ]
    for (const [handler, method] of rows) {
      assert.equal(await tagOf(handler, method), null)
      assert.notEqual((await ask(handler, { 'if-none-match': '*' }, method)).status, 304)
    }
  })

  it('respects what the handler says of its state, and ends a stream that is not sent', async () => {
    let ended = false
    async function* lines() {
      try {
        yield 'a'
      } finally {
        ended = true
      }
    }
    const tagged: Handler = (ctx) => ctx.stream(lines()).header('etag', 'W/"7"')
    assert.equal(await tagOf(tagged), 'W/"7"')
    assert.equal((await ask(tagged, { 'if-none-match': '"7"' })).status, 304)
    assert.equal(ended, false, 'never started')
    const dated: Handler = (ctx) => ctx.text('a').header('last-modified', 'Sun, 06 Nov 1994 08:49:37 GMT')
    const since = (date: string) => ask(dated, { 'if-modified-since': date })
    assert.equal((await since('Sun, 06 Nov 1994 08:49:37 GMT')).status, 304)
    assert.equal((await since('Sun, 06 Nov 1994 08:49:36 GMT')).status, 200)
    const odd: Handler = (ctx) => ctx.text('a').header('last-modified', 'yesterday')
    assert.equal((await ask(odd, { 'if-modified-since': new Date().toUTCString() })).status, 200)
  })

  it('is weakened by compress around it, and still recognised', async () => {
    const handler: Handler = (ctx) => ctx.text('hello '.repeat(500))
    const app = createApp({ use: [compress(), etag()], routes: [any('/', handler)] })
    const first = await app.fetch('/', { headers: { 'accept-encoding': 'gzip' } })
    const tag = String(first.headers.get('etag'))
    assert.match(tag, /^W\/"/)
    const second = await app.fetch('/', { headers: { 'accept-encoding': 'gzip', 'if-none-match': tag } })
    assert.deepEqual([second.status, second.headers.get('etag')], [304, tag])
    assert.equal(second.headers.get('vary'), 'accept-encoding')
  })
})
