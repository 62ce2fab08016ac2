import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { type ConnectionOptions, connect as connectSecurely, type TLSSocket } from 'node:tls'
import { createApp, get } from '@zzz/core'
import { type ServeOptions, type Server, selfSignedCertificate, serve } from '@zzz/core/server'

const pair = selfSignedCertificate()
const app = createApp({
  environment: 'test',
  routes: [get('/', (ctx) => ctx.json({ encrypted: ctx.request.peer.encrypted, host: ctx.request.host }))],
})

let server: Server
let errors: unknown[]
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close({ drain: 0 })
})

async function start(options: ServeOptions): Promise<void> {
  errors = []
  const onError = (error: unknown) => errors.push(error)
  server = await serve(app, { port: 0, signals: false, tls: pair, onError, ...options })
}

function plain(): Socket {
  const socket = connect({ port: server.address.port, host: '127.0.0.1' }).on('error', () => {})
  sockets.push(socket)
  return socket
}

async function secure(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { port } = server.address
  const socket = connectSecurely({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: pair.cert,
    ...options,
  })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  return socket
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()))
}

async function read(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

for (const backend of ['zzz', 'node'] as const) {
  describe(`TLS on the back end ${backend}`, () => {
    it('says so in its address and to the application', async () => {
      await start({ backend })
      assert.equal(server.address.url, `https://127.0.0.1:${server.address.port}`)
      const outgoing = request(server.address.url, { ca: pair.cert, agent: false }).end()
      const [response] = await once(outgoing, 'response')
      const { host } = new URL(server.address.url)
      assert.deepEqual(JSON.parse(await read(response)), { encrypted: true, host })
      assert.deepEqual(errors, [])
    })

    it('offers HTTP/1.1 by ALPN, and refuses a client that speaks nothing we do', async () => {
      await start({ backend })
      assert.equal((await secure({ ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol, 'http/1.1')
      assert.equal((await secure({ ALPNProtocols: ['http/1.0'] })).alpnProtocol, 'http/1.0')
      assert.equal((await secure({ ALPNProtocols: [] })).alpnProtocol, false)
      await assert.rejects(secure({ ALPNProtocols: ['spdy/3'] }), { code: /NO_APPLICATION_PROTOCOL/ })
    })

    it('speaks TLS 1.2 and 1.3, or only what it is told to', async () => {
      await start({ backend })
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        assert.equal((await secure({ minVersion: version, maxVersion: version })).getProtocol(), version)
      }
      // Our own OpenSSL would not even try the old ones at its usual level of security.
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
      await assert.rejects(secure(old), { code: /PROTOCOL_VERSION/ })
      await server.close()
      await start({ backend, tls: { ...pair, minVersion: 'TLSv1.3' } })
      await assert.rejects(secure({ maxVersion: 'TLSv1.2' }), { code: /PROTOCOL_VERSION/ })
      await server.close()
      await start({ backend, tls: { ...pair, maxVersion: 'TLSv1.2' } })
      await assert.rejects(secure({ minVersion: 'TLSv1.3' }), { code: /PROTOCOL_VERSION/ })
    })

    it('tells a client that speaks plain HTTP what is wrong', async () => {
      await start({ backend })
      const socket = plain()
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      assert.match(await read(socket), /^HTTP\/1\.1 400 Bad Request\r\n.*connection: close.*use https:/s)
      assert.deepEqual(errors, [])
    })

    it('closes quietly on bytes that are no TLS, and on clients that leave in the handshake', async () => {
      await start({ backend })
      const noise = plain()
      noise.write(Buffer.from('\x00\x01\x02 nothing that makes sense', 'latin1'))
      await closed(noise)
      const ended = plain()
      ended.end(Buffer.from([0x16, 3, 1, 2, 0, 1]))
      await closed(ended)
      const gone = plain()
      await once(gone, 'connect')
      gone.resetAndDestroy()
      await (await secure()).destroy()
      assert.deepEqual(errors, [])
    })

    it('counts a handshake as a connection, and gives it the time of a head', async () => {
      await start({ backend, timeouts: { header: 100 } })
      const socket = plain()
      const drip = setInterval(() => socket.write(Buffer.from([0])), 10)
      socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]))
      while (server.connections() === 0) await new Promise((resolve) => setImmediate(resolve))
      await closed(socket).finally(() => clearInterval(drip))
      while (server.connections() > 0) await new Promise((resolve) => setImmediate(resolve))
    })

    it('breaks off handshakes when it closes', async () => {
      await start({ backend })
      const socket = plain()
      while (server.connections() === 0) await new Promise((resolve) => setImmediate(resolve))
      const closing = server.close({ drain: 60_000 })
      await closed(socket)
      await closing
    })

    it('begins no handshake with whom it cannot serve', async () => {
      await start({ backend, limits: { connections: 1, waiting: 0 } })
      await secure()
      await assert.rejects(secure(), { code: 'ECONNRESET' })
      assert.deepEqual(
        errors.map((error) => (error as { code: string }).code),
        ['ZZZ_OVERLOADED'],
      )
    })

    it('takes only clients with a certificate of the authority, when one is named', async () => {
      const client = selfSignedCertificate({ names: ['client.test'] })
      await start({ backend, tls: { ...pair, ca: client.cert }, timeouts: { header: 1000 } })
      const stranger = await secure({ ...selfSignedCertificate() })
      assert.match(await read(stranger).catch(String), /ECONNRESET|alert|^$/)
      const nobody = await secure().catch((error: unknown) => error)
      if (nobody instanceof Error) assert.match(String(nobody), /alert|ECONNRESET/)
      else assert.match(await read(nobody as TLSSocket).catch(String), /alert|ECONNRESET|^$/)
      assert.equal(server.connections(), 0)
    })
  })
}

describe('the option tls', () => {
  it('is settled before anything starts', async () => {
    let started = 0
    const watched = { ...app, start: async () => void started++ }
    for (const [tls, code] of [
      [{ cert: '/none', key: '/none' }, 'ZZZ_TLS_FILE'],
      [{ cert: pair.cert }, 'ZZZ_OPTION_INVALID'],
      ['signed', 'ZZZ_OPTION_INVALID'],
    ] as const) {
      await assert.rejects(serve(watched, { port: 0, tls: tls as never }), { code })
    }
    assert.equal(started, 0)
  })

  it('self-signed is refused in production', async () => {
    const production = createApp({ environment: 'production', routes: [] })
    await assert.rejects(serve(production, { port: 0, tls: 'self-signed' }), { code: 'ZZZ_TLS_SELF_SIGNED' })
  })
})
