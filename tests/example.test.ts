import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { ExampleProcess, spawnExample } from './example-process.ts'

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

for (const backend of ['zzz', 'node']) {
  describe(`the example application on ${backend}`, () => {
    let example: ExampleProcess
    before(async () => {
      example = await ExampleProcess.start({ BACKEND: backend })
    })
    after(() => example[Symbol.asyncDispose]())

    /** Asks as curl does, unless told. */
    async function ask(path: string, { method = 'GET', accept = '*/*' } = {}) {
      const response = await fetch(example.url + path, { method, headers: { accept } })
      const { status, headers } = response
      return { status, headers, type: headers.get('content-type'), body: await response.text() }
    }

    it('prints where it is, on which back end and in which environment', () => {
      assert.match(
        example.banner,
        /^zzz example on http:\/\/127\.0\.0\.1:\d+ \(back end (?:zzz|node), development\)$/,
      )
      assert.ok(example.banner.includes(`back end ${backend},`))
    })

    it('GET / welcomes with a page that lists the routes', async () => {
      const { status, type, body } = await ask('/', { accept: browser })
      assert.deepEqual([status, type], [200, 'text/html; charset=utf-8'])
      assert.match(body, /^<!doctype html>.*<h1>Welcome to zzz<\/h1>/s)
      for (const route of ['/hello', '/json', '/users/:id', '/echo']) assert.ok(body.includes(route), route)
      assert.ok(body.includes('href="/users/42"'))
    })

    it('GET /hello, /json and /users/42 answer', async () => {
      const expected = {
        '/hello': ['text/plain; charset=utf-8', 'Hello from zzz!\n'],
        '/json': ['application/json; charset=utf-8', '{"message":"Hello from zzz!","framework":"zzz"}'],
        '/users/42': ['text/plain; charset=utf-8', 'User 42\n'],
        '/users/%C3%84da%2F1/?x=y': ['text/plain; charset=utf-8', 'User Äda/1\n'],
      }
      for (const [path, answer] of Object.entries(expected)) {
        const { status, type, body, headers } = await ask(path)
        assert.deepEqual([status, type, body], [200, ...answer])
        assert.equal(headers.get('content-length'), String(Buffer.byteLength(body)))
        assert.match(headers.get('x-request-id') as string, /^[\da-f-]{36}$/)
        assert.ok(Date.parse(headers.get('date') as string) > 0)
      }
    })

    it('POST /hello is 405 and says what is allowed', async () => {
      const { status, headers, body } = await ask('/hello', { method: 'POST' })
      assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
      assert.match(body, /^405 Method Not Allowed\n\/hello does not take POST/)
      const options = await ask('/hello', { method: 'OPTIONS' })
      assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS'])
    })

    it('GET /missing is 404 in the form the client wants', async () => {
      const page = await ask('/missing<x>', { accept: browser })
      assert.deepEqual([page.status, page.type], [404, 'text/html; charset=utf-8'])
      assert.match(page.body, /<h1>Not found<\/h1>.*<code>\/missing(?:&lt;|%3C)x(?:&gt;|%3E)<\/code>/s)
      const plain = await ask('/missing')
      assert.deepEqual([plain.status, plain.type], [404, 'text/plain; charset=utf-8'])
      assert.equal(plain.body, '404 Not Found\nThere is nothing at /missing\n')
      const json = await ask('/missing', { accept: 'application/json' })
      assert.deepEqual([json.status, json.type], [404, 'application/problem+json'])
      assert.partialDeepStrictEqual(JSON.parse(json.body), { status: 404, code: 'ZZZ_NOT_FOUND' })
    })

    it('HEAD /hello is GET without the body', async () => {
      const [head, get] = await Promise.all([ask('/hello', { method: 'HEAD' }), ask('/hello')])
      assert.deepEqual([head.status, head.body], [200, ''])
      for (const name of ['content-type', 'content-length']) {
        assert.equal(head.headers.get(name), get.headers.get(name), name)
      }
    })

    it('GET /echo explains itself', async () => {
      const { status, body } = await ask('/echo')
      assert.deepEqual([status, body], [200, 'POST a body here and it comes back as it is.\n'])
    })

    it('POST /echo gives a body back with its type', async () => {
      for (const [body, type] of [
        ['Grüße', 'text/plain;charset=utf-8'],
        [Uint8Array.of(0, 1, 255), 'image/x-test'],
        ['', 'text/empty'],
      ] as const) {
        const response = await fetch(`${example.url}/echo`, {
          method: 'POST',
          body,
          headers: { 'content-type': type },
        })
        assert.deepEqual([response.status, response.headers.get('content-type')], [200, type])
        assert.deepEqual(await response.bytes(), Uint8Array.from(Buffer.from(body)))
      }
      const untyped = await fetch(`${example.url}/echo`, { method: 'POST', body: Uint8Array.of(1) })
      assert.equal(untyped.headers.get('content-type'), 'application/octet-stream')
    })

    it('POST /echo gives each piece back while the next one is still to come', async () => {
      const upload = httpRequest(`${example.url}/echo`, { method: 'POST', agent: false })
      upload.flushHeaders()
      upload.write('first')
      const [response] = (await once(upload, 'response')) as [IncomingMessage]
      response.setEncoding('utf8')
      assert.deepEqual(await once(response, 'data'), ['first'])
      upload.end('second')
      assert.equal(await text(response), 'second')
    })

    it('logs every request, and ends on SIGTERM, by itself and quietly', async () => {
      await using own = await ExampleProcess.start({ BACKEND: backend })
      for (const path of ['/hello?secret', '/missing']) await (await fetch(own.url + path)).text()
      assert.deepEqual(await own.end('SIGTERM'), { code: 0, signal: null, errors: '' })
      assert.equal(own.lines.length, 2)
      assert.match(own.lines[0] as string, /^GET \/hello 200 \d+\.\d ms 16 B id=[\da-f-]{36}$/)
      assert.match(own.lines[1] as string, /^GET \/missing 404 \d+\.\d ms \d+ B id=[\da-f-]{36}$/)
      await assert.rejects(fetch(own.url))
    })
  })
}

describe('the example application', () => {
  /** Starts it where it cannot start; gives its exit code and what it says. */
  async function failing(env: Record<string, string>): Promise<[code: unknown, errors: string]> {
    const child = spawnExample(env)
    const [errors, [code]] = await Promise.all([
      text(child.stderr as NodeJS.ReadableStream),
      once(child, 'close'),
    ])
    return [code, errors]
  }

  it('says what is wrong with its environment', async () => {
    const [code, errors] = await failing({ BACKEND: 'apache' })
    assert.equal(code, 1)
    assert.match(errors, /BACKEND is zzz or node, not apache/)
  })

  it('says when its port is taken', async () => {
    await using first = await ExampleProcess.start({})
    const { port } = new URL(first.url)
    const [code, errors] = await failing({ PORT: port })
    assert.equal(code, 1)
    assert.match(
      errors,
      new RegExp(`Cannot listen on 127\\.0\\.0\\.1 port ${port}: another process listens there`),
    )
  })
})
