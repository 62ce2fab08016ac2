import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { createApp, get, post } from '@zzz/core'
import { serve } from '@zzz/core/server'

const full = process.env.ZZZ_TEST_SIZE === 'full'
const large = Buffer.alloc(16 * 1024 * 1024, 'x')
const timeouts = { header: 1500, body: 1500, write: 1500, keepAlive: 1500, handler: 10000 }

/** Ways to hold a connection for ever: each says how it begins, and what it drips. */
const attacks = {
  'slow heads': { begin: 'GET / HTTP/1.1\r\nHost: a\r\n', drip: 'x-a: b\r\n' },
  'slow bodies': { begin: 'POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n', drip: 'x' },
  'slow chunks': {
    begin: 'POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
    drip: '1\r\nx\r\n',
  },
  'slow readers': { begin: 'GET /large HTTP/1.1\r\nHost: a\r\n\r\n', drip: undefined },
} as const

const counts = full
  ? { 'slow heads': 450, 'slow bodies': 300, 'slow chunks': 200, 'slow readers': 50 }
  : { 'slow heads': 100, 'slow bodies': 70, 'slow chunks': 50, 'slow readers': 10 }
const honestClients = 50

/** A client that never gets to the end by itself; resolves once the server has cut it off. */
async function attack(port: number, { begin, drip }: (typeof attacks)[keyof typeof attacks]): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1')
  // Being reset is what it is here for.
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(begin)
  if (drip === undefined) {
    socket.pause()
    // A paused socket does not notice its end: the write that fails does.
    const probe = setInterval(() => socket.write('x'), 200)
    await closed
    clearInterval(probe)
    return
  }
  socket.resume()
  const timer = setInterval(() => socket.write(drip), 200)
  await closed
  clearInterval(timer)
}

/**
 * One client that sends requests one after the other over one connection: until told to stop, and ten at least, however
 * long that takes on a busy machine.
 */
async function honest(port: number, agent: Agent, stop: AbortSignal): Promise<void> {
  for (let answered = 0; answered < 10 || !stop.aborted; answered++) {
    const request = httpRequest({ port, host: '127.0.0.1', path: '/', agent }).end()
    const [response] = await once(request, 'response')
    assert.equal(response.statusCode, 200)
    assert.equal(await text(response), 'hello')
  }
}

describe('slow clients are cut off while honest ones are served', () => {
  for (const backend of ['zzz', 'node'] as const) {
    it(`by the back end ${backend}`, async () => {
      const app = createApp({
        environment: 'test',
        routes: [
          get('/', (ctx) => ctx.text('hello')),
          get('/large', (ctx) => ctx.respond(large)),
          post('/read', async (ctx) => ctx.json((await ctx.request.bytes()).length)),
        ],
      })
      await using server = await serve(app, { port: 0, backend, timeouts, signals: false, onError: () => {} })
      const { port } = server.address
      const attackers = Object.entries(counts).flatMap(([name, count]) =>
        Array.from({ length: count }, () => attack(port, attacks[name as keyof typeof attacks])),
      )
      const stop = new AbortController()
      const agents = Array.from(
        { length: honestClients },
        () => new Agent({ keepAlive: true, maxSockets: 1 }),
      )
      const clients = agents.map((agent) => honest(port, agent, stop.signal))
      await Promise.all(attackers)
      stop.abort()
      await Promise.all(clients)
      for (const agent of agents) agent.destroy()
    })
  }
})

describe('connections beyond the limit wait', () => {
  for (const backend of ['zzz', 'node'] as const) {
    it(`and are served by ${backend} when a place is free`, async () => {
      const app = createApp({ environment: 'test', routes: [get('/', (ctx) => ctx.text('hello'))] })
      const limits = { connections: 10, waiting: 1000 }
      await using server = await serve(app, { port: 0, backend, limits, signals: false })
      const replies = await Promise.all(
        Array.from({ length: 200 }, async () => {
          const socket = connect(server.address.port, '127.0.0.1')
          socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
          return text(socket)
        }),
      )
      assert.ok(replies.every((reply) => reply.startsWith('HTTP/1.1 200') && reply.endsWith('hello')))
    })
  }
})
