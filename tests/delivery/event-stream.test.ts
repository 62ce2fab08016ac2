import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { createApp, get, type ServerEvent } from '@zzz/core'
import { compress } from '@zzz/core/middleware'
import { type Server, serve } from '@zzz/core/server'

/** Event streams over sockets. */

async function connect(server: Server, path = '/'): Promise<IncomingMessage> {
  const request = httpRequest(server.address.url + path, {
    headers: { 'accept-encoding': 'gzip' },
    agent: false,
  })
  request.on('error', () => {})
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response.setEncoding('utf8')
}

/** Waits until exactly this has come, in however many pieces. */
async function received(stream: IncomingMessage, expected: string): Promise<void> {
  for (let text = ''; text !== expected; ) {
    assert.ok(expected.startsWith(text), text)
    text += String(await once(stream, 'data'))
  }
}

/** A stream that is silent after its first event, and tells how it ended. */
function silent() {
  const ended = Promise.withResolvers<void>()
  async function* source({ signal }: { signal: AbortSignal }): AsyncGenerator<ServerEvent> {
    try {
      yield { id: 1, data: 'first' }
      await once(signal, 'abort')
    } finally {
      ended.resolve()
    }
  }
  return { source, ended: ended.promise }
}

for (const backend of ['zzz', 'node'] as const) {
  const listen = (app: Parameters<typeof serve>[0], drain = 0) =>
    serve(app, { port: 0, signals: false, drain, backend })

  describe(`event streams on ${backend}`, () => {
    it('open before there is an event, and are not compressed', async () => {
      const { source } = silent()
      const waiting = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
      const app = createApp({
        use: [compress({ threshold: 0 })],
        routes: [
          get('/', (ctx) => ctx.sse(source)),
          get('/waiting', (ctx) => ctx.sse(waiting, { retry: 10 })),
        ],
      })
      await using server = await listen(app)
      const first = await connect(server)
      assert.equal(first.headers['content-type'], 'text/event-stream')
      assert.equal(first.headers['content-encoding'], undefined)
      await received(first, ':\n\nid: 1\ndata: first\n\n')
      const second = await connect(server, '/waiting')
      await received(second, 'retry: 10\n\n')
      first.destroy()
      second.destroy()
    })

    it('end their source when the client leaves', async () => {
      const { source, ended } = silent()
      const app = createApp({ routes: [get('/', (ctx) => ctx.sse(source))] })
      await using server = await listen(app)
      const stream = await connect(server)
      await once(stream, 'data')
      stream.destroy()
      await ended
    })

    it('end when the server closes, so that it does not wait for them', async () => {
      const streams = Array.from({ length: 20 }, silent)
      let next = 0
      const app = createApp({ routes: [get('/', (ctx) => ctx.sse(streams[next++]?.source as never))] })
      const server = await listen(app, 60_000)
      const clients = await Promise.all(streams.map(() => connect(server)))
      const bodies = clients.map((client) => text(client))
      await server.close()
      await Promise.all(streams.map(({ ended }) => ended))
      assert.deepEqual(new Set(await Promise.all(bodies)), new Set([':\n\nid: 1\ndata: first\n\n']))
    })

    it('flow again when the application is served again', async () => {
      const { source } = silent()
      const app = createApp({ routes: [get('/', (ctx) => ctx.sse(source))] })
      await (await listen(app)).close()
      await using server = await listen(app)
      const stream = await connect(server)
      await received(stream, ':\n\nid: 1\ndata: first\n\n')
      stream.destroy()
    })

    it('pause their source while the client does not read', async () => {
      let given = 0
      const data = 'x'.repeat(100_000)
      const ended = Promise.withResolvers<void>()
      async function* endless(): AsyncGenerator<ServerEvent> {
        try {
          for (;;) {
            given++
            yield { data }
          }
        } finally {
          ended.resolve()
        }
      }
      const app = createApp({ routes: [get('/', (ctx) => ctx.sse(endless))] })
      await using server = await listen(app)
      const stream = await connect(server)
      await once(stream, 'readable')
      // Without back-pressure this would never end.
      for (let last = -1; last !== given; ) {
        last = given
        for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
      }
      stream.destroy()
      await ended.promise
    })

    it('break off where their source fails', async () => {
      async function* failing(): AsyncGenerator<ServerEvent> {
        yield { data: 'a' }
        throw new Error('no more')
      }
      const app = createApp({ routes: [get('/', (ctx) => ctx.sse(failing))] })
      await using server = await serve(app, { port: 0, signals: false, drain: 0, backend, onError: () => {} })
      const stream = await connect(server)
      await assert.rejects(text(stream))
    })
  })
}

it('an event stream in app.fetch ends with its reader', async () => {
  const { source, ended } = silent()
  const app = createApp({ routes: [get('/', (ctx) => ctx.sse(source))] })
  const response = await app.fetch('/')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'id: 1\ndata: first\n\n')
  await reader.cancel()
  await ended
  const head = await app.fetch('/', { method: 'HEAD' })
  assert.equal(head.headers.get('content-type'), 'text/event-stream')
})

it('an event stream in app.fetch ends when the application drains', async () => {
  const { source, ended } = silent()
  const app = createApp({ routes: [get('/', (ctx) => ctx.sse(source))] })
  const reader = ((await app.fetch('/')).body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  await reader.read()
  const last = reader.read()
  assert.equal(app.draining, false)
  app.drain()
  assert.equal(app.draining, true)
  assert.equal((await last).done, true)
  await ended
  assert.equal(await (await app.fetch('/')).text(), '')
})
