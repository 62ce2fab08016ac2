import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { createGunzip, gunzipSync } from 'node:zlib'
import { createApp } from '../../app/app.ts'
import { openBody } from '../../http/body-producer.ts'
import type { StreamBody } from '../../http/reply.ts'
import { get } from '../../router/route.ts'
import { serve } from '../../server/serve.ts'
import { type Coder, type Coding, codings, createCoder, type Engine } from './coder.ts'
import { compress } from './compress.ts'
import { compressedBody } from './compressed-body.ts'

/** A coder whose compressors a test can look at. */
function watched(coding: Coding): { coder: Coder; engines: Engine[] } {
  const engines: Engine[] = []
  const coder = createCoder(coding)
  const open = () => {
    const engine = coder.open()
    engines.push(engine)
    return engine
  }
  return { coder: { ...coder, open }, engines }
}

const start = (source: StreamBody, coder: Coder) =>
  compressedBody(() => openBody(source), coder)[Symbol.asyncIterator]()

/** A source that tells when it was ended, and is silent after its pieces. */
function silentAfter(...pieces: string[]) {
  const ended = Promise.withResolvers<string>()
  async function* produce() {
    try {
      yield* pieces
      await new Promise(() => {})
    } finally {
      ended.resolve('ended')
    }
  }
  const generator = produce()
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => generator.next(),
      async return() {
        ended.resolve('returned')
        return { done: true as const, value: undefined }
      },
    }),
  }
  return { source, ended: ended.promise }
}

describe('compressedBody', () => {
  for (const coding of codings) {
    it(`ends its source and frees its compressor when the client leaves while ${coding} waits`, async () => {
      const { coder, engines } = watched(coding)
      const { source, ended } = silentAfter('first')
      const body = start(source, coder)
      assert.equal((await body.next()).done, false)
      while (engines.length === 0) await body.next()
      const waiting = body.next()
      waiting.catch(() => {})
      await body.return?.()
      assert.equal(await ended, 'returned')
      assert.deepEqual([engines.length, engines[0]?.destroyed], [1, true])
    })

    it(`frees its compressor at the end, and when its source fails (${coding})`, async () => {
      async function* good() {
        yield 'all'
      }
      async function* bad() {
        yield 'a'
        throw new Error('no more')
      }
      const { coder, engines } = watched(coding)
      const body = start(good(), coder)
      while (!(await body.next()).done);
      const failing = start(bad(), coder)
      await assert.rejects(async () => {
        while (!(await failing.next()).done);
      }, /no more/)
      for (const engine of engines) if (!engine.closed) await once(engine, 'close')
      assert.deepEqual(
        engines.map(({ destroyed }) => destroyed),
        [true, true],
      )
    })
  }

  it('opens nothing for a body that is not sent, and closes its source', async () => {
    const { coder, engines } = watched('gzip')
    const { source, ended } = silentAfter('x')
    await start(source, coder).return?.()
    assert.equal(await ended, 'returned')
    assert.equal(engines.length, 0)
  })

  it('asks for one piece more than it was asked for, and no further', async () => {
    let asked = 0
    async function* source() {
      for (;;) {
        asked++
        yield crypto.getRandomValues(new Uint8Array(40_000))
      }
    }
    const body = start(source(), createCoder('gzip'))
    await body.next()
    assert.ok(asked <= 3, `asked ${asked} times`)
    await body.return?.()
  })
})

for (const backend of ['zzz', 'node'] as const) {
  describe(`compress on ${backend}`, () => {
    it('delivers each piece of a slow stream while the next is still to come', async () => {
      const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
      async function* slow() {
        for (const [index, gate] of gates.entries()) {
          yield `piece ${index};`
          await gate.promise
        }
      }
      const app = createApp({
        use: [compress()],
        routes: [get('/', (ctx) => ctx.stream(slow(), { type: 'text/plain' }))],
      })
      await using server = await serve(app, { port: 0, signals: false, drain: 0, backend })
      const request = httpRequest(server.address.url, {
        headers: { 'accept-encoding': 'gzip' },
        agent: false,
      })
      request.end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      assert.equal(response.headers['content-encoding'], 'gzip')
      const decoded = response.pipe(createGunzip()).setEncoding('utf8')
      for (const [index, gate] of gates.entries()) {
        assert.deepEqual(await once(decoded, 'data'), [`piece ${index};`])
        gate.resolve()
      }
      await once(decoded.resume(), 'end')
    })

    it('produces no faster than the client reads, and ends the source when it leaves', async () => {
      let produced = 0
      const ended = Promise.withResolvers<void>()
      async function* endless() {
        try {
          for (;;) {
            produced += 64_000
            yield crypto.getRandomValues(new Uint8Array(64_000))
          }
        } finally {
          ended.resolve()
        }
      }
      const app = createApp({
        use: [compress()],
        routes: [get('/', (ctx) => ctx.stream(endless(), { type: 'text/plain' }))],
      })
      await using server = await serve(app, { port: 0, signals: false, drain: 0, backend })
      const request = httpRequest(server.address.url, {
        headers: { 'accept-encoding': 'gzip' },
        agent: false,
      })
      request.end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      await once(response, 'readable')
      // Without back-pressure this would never end: the client does not read.
      for (let last = -1; last !== produced; ) {
        last = produced
        for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
      }
      assert.ok(produced < 64 * 1024 * 1024)
      request.on('error', () => {})
      response.on('error', () => {})
      request.destroy()
      await ended.promise
    })

    it('gives the same over the wire, small and large, GET and HEAD', async () => {
      const texts = { '/small': 'small '.repeat(1000), '/large': 'large '.repeat(50_000) }
      const app = createApp({
        use: [compress()],
        routes: [
          get('/small', (ctx) => ctx.text(texts['/small'])),
          get('/large', (ctx) => ctx.text(texts['/large'])),
        ],
      })
      await using server = await serve(app, { port: 0, signals: false, drain: 0, backend })
      for (const [path, text] of Object.entries(texts)) {
        for (const method of ['GET', 'HEAD']) {
          const request = httpRequest(server.address.url + path, {
            method,
            headers: { 'accept-encoding': 'gzip' },
            agent: false,
          })
          request.end()
          const [response] = (await once(request, 'response')) as [IncomingMessage]
          const body = await buffer(response)
          assert.equal(response.headers['content-encoding'], 'gzip')
          if (method === 'HEAD') assert.equal(body.length, 0)
          else assert.equal(gunzipSync(body).toString(), text)
          assert.equal('content-length' in response.headers, path === '/small', `${method} ${path}`)
        }
      }
    })
  })
}
