import assert from 'node:assert/strict'
import type { Duplex } from 'node:stream'
import { type Outcome, Reply, type Upgrade } from '@zzz/core'
import { type Case, check, chunked, expectEcho, get, message, post } from '../case.ts'
import { deferred } from '../deferred.ts'
import { echo } from '../subject.ts'

const offer = ['Connection: Upgrade', 'Upgrade: shout']

/** RFC 9110 section 7.8: leaving HTTP. `shout` answers everything in capitals. */
export const upgrades: readonly Case[] = [
  check('RFC 9110 7.8: 101, the headers of the reply, then the other protocol', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(101, shout()).header('x-mine', '1') })
    const client = await trial.client(subject)
    client.send(get('/', ...offer))
    const response = await client.response()
    assert.equal(response.status, 101)
    assert.equal(response.headers.get('connection')?.toLowerCase(), 'upgrade')
    assert.equal(response.headers.get('upgrade'), 'shout')
    assert.equal(response.headers.get('x-mine'), '1')
    assert.equal(response.headers.has('content-length'), false)
    client.send('hello')
    assert.equal(String(await client.bytes(5)), 'HELLO')
    client.end()
    assert.equal((await client.closed()).length, 0)
  }),
  check(
    'RFC 9110 7.8: bytes behind the head reach the other protocol, also when the handler is slow',
    async (trial) => {
      const subject = await trial.server({
        async handle() {
          await new Promise((resolve) => setImmediate(resolve))
          return new Reply(101, shout())
        },
      })
      const client = await trial.client(subject)
      client.send(`${get('/', ...offer)}early`)
      assert.equal((await client.response()).status, 101)
      client.send(' late')
      assert.equal(String(await client.bytes(10)), 'EARLY LATE')
    },
  ),
  check('RFC 9110 7.8: the outcome of an upgrade', async (trial) => {
    const settled = deferred<Outcome>()
    const subject = await trial.server({
      handle(request) {
        request.onSettled(settled.resolve)
        return new Reply(101, shout())
      },
    })
    const client = await trial.client(subject)
    client.send(get('/', ...offer))
    await client.response()
    const { status, aborted } = await settled.promise
    assert.deepEqual([status, aborted], [101, false])
  }),
  check('RFC 9110 7.8: an upgrade on a connection that was used before', async (trial) => {
    const subject = await trial.server({
      handle: (request) => (request.path === '/up' ? new Reply(101, shout()) : echo(request)),
    })
    const client = await trial.client(subject)
    client.send(get('/a'))
    expectEcho(await client.response(), { target: '/a' })
    client.send(post('b'))
    expectEcho(await client.response(), { body: 'b' })
    client.send(get('/up', ...offer))
    assert.equal((await client.response()).status, 101)
    client.send('hello')
    assert.equal(String(await client.bytes(5)), 'HELLO')
  }),
  check('RFC 9110 7.8: an offer that is not taken is a request like any other', async (trial) => {
    const client = await trial.client()
    client.send(get('/a', ...offer))
    expectEcho(await client.response(), { target: '/a' })
  }),
  check('RFC 9110 7.8: HTTP goes on after an offer that is not taken', async (trial) => {
    const client = await trial.client()
    for (let round = 0; round < 3; round++) {
      client.send(get('/a', ...offer))
      expectEcho(await client.response(), { target: '/a' })
      client.send(post('b'))
      expectEcho(await client.response(), { body: 'b' })
    }
  }),
  check('RFC 9110 7.8: a request pipelined behind an offer that is not taken', async (trial) => {
    const client = await trial.client()
    client.send(get('/a', ...offer) + get('/b'))
    expectEcho(await client.response(), { target: '/a' })
    expectEcho(await client.response(), { target: '/b' })
  }),
  check('RFC 9110 7.8: an offer with a body is answered', async (trial) => {
    for (const wire of [post('hello', ...offer), chunked('5\r\nhello\r\n0\r\n\r\n', ...offer)]) {
      const client = await trial.client()
      client.send(wire)
      expectEcho(await client.response(), { body: 'hello' })
    }
  }),
  check('RFC 9110 7.8: an offer behind another request is answered', async (trial) => {
    const client = await trial.client()
    client.send(post('hello') + get('/b', ...offer))
    expectEcho(await client.response(), { body: 'hello' })
    expectEcho(await client.response(), { target: '/b' })
  }),
  check('RFC 9110 7.8: an offer with a body that is not taken', async (trial) => {
    const client = await trial.client()
    client.send(post('hello', ...offer) + get('/b'))
    expectEcho(await client.response(), { body: 'hello' })
    expectEcho(await client.response(), { target: '/b' })
  }),
  check('RFC 9110 7.8: a streamed reply to an offer', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(200, blocks()) })
    const client = await trial.client(subject)
    client.send(get('/', ...offer))
    assert.equal((await client.response()).body.length, 1_000_000)
  }),
  check('RFC 9110 15.5.22: an upgrade that nobody asked for is 426', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(101, shout()) })
    for (const lines of [[], ['Upgrade: shout'], ['Connection: Upgrade']]) {
      const client = await trial.client(subject)
      client.send(get('/', ...lines))
      const response = await client.response()
      assert.equal(response.status, 426)
      assert.equal(response.headers.get('upgrade'), 'shout')
      assert.match(response.headers.get('connection') ?? '', /upgrade/i)
    }
  }),
  check('RFC 9110 7.8: a protocol that was not offered is 426', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(101, shout()) })
    const client = await trial.client(subject)
    client.send(get('/', 'Connection: Upgrade', 'Upgrade: whisper'))
    assert.equal((await client.response()).status, 426)
  }),
  check('RFC 9110 7.8: one of several protocols on offer', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(101, shout()) })
    const client = await trial.client(subject)
    client.send(get('/', 'Connection: keep-alive, upgrade', 'Upgrade: whisper, SHOUT'))
    assert.equal((await client.response()).status, 101)
  }),
  check('RFC 9110 7.8: an offer in HTTP/1.0 is ignored', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(101, shout()) })
    const client = await trial.client(subject)
    client.send(message('GET / HTTP/1.0', ['Host: a', ...offer]))
    assert.equal((await client.response()).status, 426)
  }),
  check('RFC 9112 3.2: an offer without Host is refused', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(101, shout()) })
    const client = await trial.client(subject)
    client.send(message('GET / HTTP/1.1', offer))
    assert.equal((await client.response()).status, 400)
    assert.equal((await client.closed()).length, 0)
  }),
  check('RFC 9110 9.3.6: CONNECT gets a normal reply, then the connection closes', async (trial) => {
    const client = await trial.client()
    client.send(message('CONNECT a:443 HTTP/1.1', ['Host: a:443']))
    const response = await client.response()
    assert.equal(response.headers.get('connection'), 'close')
    assert.equal((await client.closed()).length, 0)
  }),
  check('RFC 9110 9.3.6: CONNECT behind a running request does not disturb it', async (trial) => {
    const client = await trial.client()
    client.send(post('hello') + message('CONNECT a:443 HTTP/1.1', ['Host: a:443']))
    expectEcho(await client.response(), { body: 'hello' })
    await client.closed()
  }),
  check('an accept that throws closes the connection and is reported', async (trial) => {
    const subject = await trial.server({
      handle: () =>
        new Reply(101, {
          kind: 'upgrade',
          protocol: 'shout',
          accept() {
            throw new Error('in accept')
          },
        }),
    })
    const client = await trial.client(subject)
    client.send(get('/', ...offer))
    await client.closed()
    assert.deepEqual(subject.errors.map(String), ['Error: in accept'])
  }),
]

function shout(): Upgrade {
  return {
    kind: 'upgrade',
    protocol: 'shout',
    accept(stream: Duplex, head: Uint8Array) {
      const answer = (bytes: Uint8Array) => stream.write(Buffer.from(bytes).toString().toUpperCase())
      if (head.length > 0) answer(head)
      stream.on('data', answer)
      stream.on('end', () => stream.end())
      stream.on('error', () => {})
    },
  }
}

async function* blocks(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < 10; index++) yield Buffer.alloc(100_000)
}
