import assert from 'node:assert/strict'
import { Reply } from '@zzz/core'
import type { Limits } from '@zzz/core/server'
import { type Case, check, chunked, expectEcho, expectRefusal, get, message, post } from '../case.ts'
import { deferred } from '../deferred.ts'
import { echo } from '../subject.ts'

const small: Partial<Limits> = { requestLine: 200, headerBytes: 500, headerCount: 10, body: 1000 }
const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: y`)

/** The limits of server/limits.ts, each just kept and just broken. */
export const limits: readonly Case[] = [
  within('limits.requestLine: kept', get(`/${'a'.repeat(150)}`)),
  beyond('RFC 9112 3: limits.requestLine broken', get(`/${'a'.repeat(300)}`), 414),
  beyond('RFC 9112 3: limits.requestLine broken by far', get(`/${'a'.repeat(100_000)}`), 414),
  beyond(
    'RFC 9112 3: limits.requestLine broken by a line without an end',
    `GET /${'a'.repeat(100_000)}`,
    414,
  ),
  within('limits.headerBytes: kept', get('/', `X: ${'y'.repeat(450)}`)),
  beyond('RFC 6585 5: limits.headerBytes broken by one line', get('/', `X: ${'y'.repeat(600)}`), 431),
  beyond('RFC 6585 5: limits.headerBytes broken by far', get('/', `X: ${'y'.repeat(100_000)}`), 431),
  beyond(
    'RFC 6585 5: limits.headerBytes broken by a line without an end',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(100_000)}`,
    431,
  ),
  beyond('RFC 6585 5: limits.headerBytes broken by a name', get('/', `${'x'.repeat(600)}: y`), 431),
  within('limits.headerCount: kept', get('/', ...lines(9))),
  beyond('RFC 6585 5: limits.headerCount broken', get('/', ...lines(10)), 431),
  beyond('RFC 6585 5: limits.headerCount broken by far', get('/', ...lines(100)), 431),
  within('limits.body: kept', post('x'.repeat(1000))),
  beyond('RFC 9110 15.5.14: limits.body broken by the declared length', post('x'.repeat(1001)), 413),
  within('limits.body: kept by chunks', chunked(`${chunk(500)}${chunk(500)}0\r\n\r\n`)),
  beyond(
    'RFC 9110 15.5.14: limits.body broken by chunks',
    chunked(`${chunk(500)}${chunk(501)}0\r\n\r\n`),
    413,
  ),
  beyond('RFC 9110 15.5.14: limits.body broken by one chunk', chunked(`${chunk(100_000)}0\r\n\r\n`), 413),
  beyond(
    'RFC 9110 10.1.1: a body over the limit is refused before it is asked for',
    message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 1001', 'Expect: 100-continue']),
    413,
  ),
  check('limits.requestsPerConnection: the last reply says so and closes', async (trial) => {
    const subject = await trial.server({ limits: { requestsPerConnection: 3 } })
    const client = await trial.client(subject)
    client.send(get('/1') + get('/2') + get('/3') + get('/4'))
    for (const target of ['/1', '/2']) {
      const response = await client.response()
      assert.equal(response.headers.has('connection'), false)
      expectEcho(response, { target })
    }
    assert.equal((await client.response()).headers.get('connection'), 'close')
    assert.equal((await client.closed()).length, 0)
  }),
  check('limits.connections: a further connection waits, unread, until one closes', async (trial) => {
    const seen: string[] = []
    const subject = await trial.server({
      limits: { connections: 1, waiting: 1 },
      handle(request) {
        seen.push(request.path)
        return new Reply(200, request.path)
      },
    })
    const first = await trial.client(subject)
    first.send(get('/first'))
    await first.response()
    const second = await trial.client(subject)
    second.send(get('/second'))
    first.send(get('/third'))
    assert.equal(String((await first.response()).body), '/third')
    assert.deepEqual(seen, ['/first', '/third'])
    first.end()
    assert.equal(String((await second.response()).body), '/second')
  }),
  check('RFC 9110 15.6.4: limits.waiting broken: 503, closed, and reported once', async (trial) => {
    const subject = await trial.server({ limits: { connections: 1, waiting: 0 } })
    const first = await trial.client(subject)
    first.send(get('/first'))
    await first.response()
    for (let round = 0; round < 3; round++) {
      const client = await trial.client(subject)
      client.send(get('/'))
      await expectRefusal(client, 503)
    }
    assert.deepEqual(codes(subject.errors), ['ZZZ_OVERLOADED'])
    subject.errors.length = 0
    first.send(get('/still'))
    expectEcho(await first.response(), { target: '/still' })
  }),
  check('limits.connections: one that left while it waited frees its place', async (trial) => {
    const subject = await trial.server({ limits: { connections: 1, waiting: 1 } })
    const first = await trial.client(subject)
    first.send(get('/first'))
    await first.response()
    const gone = await trial.client(subject)
    gone.send(get('/gone')).reset()
    first.end()
    await first.closed()
    const last = await trial.client(subject)
    last.send(get('/last'))
    expectEcho(await last.response(), { target: '/last' })
  }),
  check('limits.drain: a small unread body keeps the connection', async (trial) => {
    const subject = await trial.server({ limits: { drain: 1000 }, handle: () => new Reply(200, 'unread') })
    const client = await trial.client(subject)
    for (let round = 0; round < 3; round++) {
      client.send(post('x'.repeat(900)))
      assert.equal((await client.response()).headers.has('connection'), false)
    }
  }),
  check('limits.drain: a small unread chunked body keeps the connection', async (trial) => {
    const subject = await trial.server({ limits: { drain: 1000 }, handle: () => new Reply(200, 'unread') })
    const client = await trial.client(subject)
    for (let round = 0; round < 3; round++) {
      client.send(chunked(`${chunk(900)}0\r\n\r\n`))
      assert.equal((await client.response()).headers.has('connection'), false)
    }
  }),
  check('RFC 9112 9.6: limits.drain broken by the declared length: the reply closes', async (trial) => {
    const subject = await trial.server({ limits: { drain: 1000 }, handle: () => new Reply(200, 'unread') })
    const client = await trial.client(subject)
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 100000']))
    await expectRefusal(client, 200)
  }),
  check('RFC 9112 9.6: limits.drain broken by chunks: the connection closes', async (trial) => {
    const replied = deferred()
    const subject = await trial.server({
      limits: { drain: 1000 },
      handle(request) {
        request.onSettled(() => replied.resolve())
        return new Reply(200, 'unread')
      },
    })
    const client = await trial.client(subject)
    client.send(chunked(chunk(500)))
    assert.equal((await client.response()).status, 200)
    await replied.promise
    client.send(chunk(5000))
    assert.equal((await client.closed()).length, 0)
  }),
  check('limits of Infinity do not limit', async (trial) => {
    const none = Number.POSITIVE_INFINITY
    const subject = await trial.server({
      limits: {
        requestLine: none,
        headerBytes: none,
        headerCount: none,
        body: none,
        drain: none,
        connections: none,
        waiting: none,
      },
    })
    const client = await trial.client(subject)
    client.send(get(`/${'a'.repeat(20_000)}`, ...lines(500), `X: ${'y'.repeat(40_000)}`))
    expectEcho(await client.response(), { target: `/${'a'.repeat(20_000)}` })
  }),
]

function within(name: string, wire: string): Case {
  return check(name, async (trial) => {
    const client = await trial.client(await trial.server({ limits: small, handle: echo }))
    client.send(wire)
    expectEcho(await client.response(), {})
  })
}

function beyond(name: string, wire: string, status: number): Case {
  return check(name, async (trial) => {
    const client = await trial.client(await trial.server({ limits: small, handle: echo }))
    client.send(wire)
    await expectRefusal(client, status)
  })
}

function chunk(size: number): string {
  return `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`
}

function codes(errors: readonly unknown[]): unknown[] {
  return errors.map((error) => (error as { code?: unknown }).code)
}
