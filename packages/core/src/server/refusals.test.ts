import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createApp } from '../app/app.ts'
import { get } from '../router/route.ts'
import type { RefusalEvent } from '../telemetry/events.ts'
import { gauges } from '../telemetry/gauges.ts'
import { subscribe } from '../telemetry/subscribe.ts'
import { serve } from './serve.ts'
import type { ServeOptions } from './serve-options.ts'
import type { Server } from './server.ts'
import { selfSignedCertificate } from './tls/self-signed.ts'

const app = createApp({ environment: 'test', routes: [get('/', (ctx) => ctx.text('hello'))] })

/** A server and the refusals it publishes. */
async function observe(options: ServeOptions) {
  const refusals: RefusalEvent[] = []
  let heard = Promise.withResolvers<RefusalEvent>()
  const subscription = subscribe('zzz:refusal', (event) => {
    refusals.push(event)
    heard.resolve(event)
    heard = Promise.withResolvers()
  })
  const server = await serve(app, { port: 0, signals: false, drain: 0, onError() {}, ...options })
  return {
    server,
    refusals,
    next: () => heard.promise,
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]()
      await server.close()
    },
  }
}

async function open(server: Server, text = ''): Promise<Socket> {
  const socket = connect(server.address.port, '127.0.0.1')
    .on('error', () => {})
    .resume()
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

function codeOf({ error }: RefusalEvent): unknown {
  return (error as { code?: unknown }).code
}

for (const backend of ['zzz', 'node'] as const) {
  describe(`refusals: ${backend}`, () => {
    it('a head that is no request', async () => {
      await using observed = await observe({ backend })
      const heard = observed.next()
      const socket = await open(observed.server, 'GET / HTTP/1.1\r\nbad header\r\n\r\n')
      const refusal = await heard
      assert.equal(codeOf(refusal), 'ZZZ_REQUEST_MALFORMED')
      const { error: _, ...rest } = refusal
      assert.deepEqual(rest, { reason: 'head', status: 400, remoteAddress: '127.0.0.1', encrypted: false })
      socket.destroy()
    })

    it('a head that comes too slowly', async () => {
      await using observed = await observe({ backend, timeouts: { header: 30 } })
      const heard = observed.next()
      const socket = await open(observed.server, 'GET / HTTP/1.1\r\n')
      const refusal = await heard
      assert.deepEqual(
        [refusal.reason, refusal.status, codeOf(refusal)],
        ['timeout', 408, 'ZZZ_REQUEST_TIMEOUT'],
      )
      socket.destroy()
    })

    it('a connection more than the server takes, and one that waits when it closes', async () => {
      const limits = { connections: 1, waiting: 1 }
      await using observed = await observe({ backend, limits })
      const before = gauges.connections.value
      const sockets = [await open(observed.server), await open(observed.server)]
      const heard = observed.next()
      sockets.push(await open(observed.server))
      const refusal = await heard
      assert.deepEqual([refusal.reason, refusal.status, codeOf(refusal)], ['overload', 503, 'ZZZ_OVERLOADED'])
      assert.equal(gauges.connections.value, before + 3)
      await observed.server.close()
      // A socket is gone some turns of the loop after it was destroyed.
      while (gauges.connections.value > before) await setImmediate()
      assert.equal(gauges.connections.value, before)
      assert.deepEqual(
        observed.refusals.map(({ error }) => (error as Error).message.slice(0, 17)),
        ['1 connections are', 'The server closes'],
      )
      for (const socket of sockets) socket.destroy()
    })

    it('a handshake that fails', async () => {
      await using observed = await observe({ backend, tls: selfSignedCertificate() })
      for (const [text, status, encrypted] of [
        ['GET / HTTP/1.1\r\n\r\n', 400, false],
        ['neither TLS nor HTTP\r\n\r\n', 0, true],
      ] as const) {
        const heard = observed.next()
        const socket = await open(observed.server, text)
        assert.partialDeepStrictEqual(await heard, { reason: 'handshake', status, encrypted })
        socket.destroy()
      }
    })

    it('nothing else: requests that are answered, well or badly, are no refusals', async () => {
      await using observed = await observe({ backend })
      await (await fetch(observed.server.address.url)).text()
      await (await fetch(`${observed.server.address.url}/missing`)).text()
      assert.deepEqual(observed.refusals, [])
    })
  })
}

describe('refusals', () => {
  it('a stream of HTTP/2 whose head is too large', async () => {
    const tls = selfSignedCertificate()
    await using observed = await observe({ backend: 'node', http2: true, tls, limits: { headerCount: 8 } })
    const heard = observed.next()
    const session = connectHttp2(`https://127.0.0.1:${observed.server.address.port}`, { ca: tls.cert })
    const fields = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x-${i}`, 'y']))
    session
      .on('error', () => {})
      .request({ ':path': '/', ...fields })
      .on('error', () => {})
    const refusal = await heard
    assert.partialDeepStrictEqual(refusal, { reason: 'head', status: 431, encrypted: true })
    session.destroy()
  })

  it('a connection without the header of the PROXY protocol', async () => {
    await using observed = await observe({ proxyProtocol: true })
    const heard = observed.next()
    const socket = await open(observed.server, 'GET / HTTP/1.1\r\n\r\n')
    const refusal = await heard
    assert.deepEqual([refusal.reason, refusal.status, codeOf(refusal)], ['proxy', 0, 'ZZZ_PROXY_HEADER'])
    socket.destroy()
  })
})
