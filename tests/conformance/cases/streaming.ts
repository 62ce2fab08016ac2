import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { type Outcome, Reply, type ReplyBody } from '@zzz/core'
import { type Case, check, expectEcho, get, message } from '../case.ts'
import { deferred } from '../deferred.ts'
import type { RawClient } from '../raw-client.ts'
import { echo } from '../subject.ts'

/** Streams that run until their client leaves; each tells when it ended. */
const endless: Readonly<Record<string, (ended: () => void) => ReplyBody>> = {
  'a web stream': (ended) =>
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve))
        controller.enqueue(piece)
      },
      cancel: ended,
    }),
  'a node stream': (ended) =>
    new Readable({
      read() {
        setImmediate(() => this.push(piece))
      },
      destroy(error, callback) {
        ended()
        callback(error)
      },
    }),
  'a generator': (ended) => generate(ended),
}
const piece = Buffer.alloc(10_000, 'x')

/** Back-pressure, broken replies, clients that leave; uploads that stream. */
export const streaming: readonly Case[] = [
  check('the head of a stream is sent before its first piece', async (trial) => {
    const release = deferred()
    const subject = await trial.server({ handle: () => new Reply(200, after(release.promise)) })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.equal((await client.head()).headers.get('transfer-encoding'), 'chunked')
    release.resolve()
    assert.match(String(await client.bytes(10)), /^5\r\nhello\r\n/)
  }),
  check('pieces go out as they come', async (trial) => {
    const steps = [deferred(), deferred()]
    const subject = await trial.server({
      handle: () => new Reply(200, stepwise(steps.map((step) => step.promise))),
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    await client.head()
    for (const [index, step] of steps.entries()) {
      step.resolve()
      assert.match(String(await client.bytes(11)), new RegExp(`^6\r\nstep ${index}\r\n`))
    }
  }),
  ...Object.entries(endless).flatMap(([kind, make]) => [
    check(`a client that does not read stops ${kind}`, async (trial) => {
      let produced = 0
      const subject = await trial.server({
        handle: () =>
          new Reply(
            200,
            counted(make(() => {}) as AsyncIterable<Uint8Array>, (size) => (produced += size)),
          ),
      })
      const client = await trial.client(subject, { paused: true })
      client.send(get('/'))
      await settledAt(() => produced)
      // What the kernel's buffers on both sides hold, and not much more.
      assert.ok(produced < 16_000_000, `${produced} bytes were produced`)
      const stopped = produced
      client.resume()
      await client.bytes(stopped)
      assert.ok(produced > 0)
    }),
    check(`a client that leaves ends ${kind}, and the outcome says so`, async (trial) => {
      const ended = deferred()
      const settled = deferred<Outcome>()
      const aborted = deferred<unknown>()
      const subject = await trial.server({
        handle(request) {
          request.onSettled(settled.resolve)
          request.signal.addEventListener('abort', () => aborted.resolve(request.signal.reason))
          return new Reply(200, make(ended.resolve))
        },
      })
      const client = await trial.client(subject)
      client.send(get('/'))
      await client.bytes(50_000)
      client.destroy()
      await ended.promise
      assert.equal(code(await aborted.promise), 'ZZZ_CLIENT_DISCONNECTED')
      const outcome = await settled.promise
      assert.deepEqual([outcome.status, outcome.aborted], [200, true])
      assert.ok(outcome.bytesSent > 0)
      assert.deepEqual(subject.errors, [])
    }),
  ]),
  check('a client that leaves frees a generator that waits', async (trial) => {
    const aborted = deferred()
    const subject = await trial.server({
      handle(request) {
        request.signal.addEventListener('abort', () => aborted.resolve())
        return new Reply(200, after(aborted.promise))
      },
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    await client.head()
    client.destroy()
    await aborted.promise
  }),
  breaks('RFC 9112 8: a producer that throws midway', () => throwing(), undefined, 'Error: midway'),
  breaks('RFC 9112 8: a producer that throws at once', () => throwing(0), undefined, 'Error: midway'),
  breaks('RFC 9112 8: a node stream that fails', () => failing(), undefined, 'Error: midway'),
  breaks('RFC 9112 6.3: fewer bytes than promised', () => some('hello'), '6', 'ZZZ_REPLY_LENGTH'),
  breaks('RFC 9112 6.3: more bytes than promised', () => some('hello'), '4', 'ZZZ_REPLY_LENGTH'),
  breaks('RFC 9112 6.3: bytes where none were promised', () => some('hello'), '0', 'ZZZ_REPLY_LENGTH'),
  check('RFC 9112 6.3: as many bytes as promised', async (trial) => {
    const subject = await trial.server({
      handle: () => new Reply(200, some('he', 'llo')).header('content-length', '5'),
    })
    const client = await trial.client(subject)
    client.send(get('/') + get('/'))
    for (let round = 0; round < 2; round++) assert.equal(String((await client.response()).body), 'hello')
  }),
  check('a large reply arrives whole', async (trial) => {
    const body = Buffer.alloc(8 * 1024 * 1024, 'abcdefg')
    const subject = await trial.server({ handle: () => new Reply(200, body) })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.ok((await client.response()).body.equals(body))
  }),
  check('an upload streams to a handler that reads as it comes', async (trial) => {
    const received: string[] = []
    const first = deferred()
    const subject = await trial.server({
      async handle(request) {
        for await (const bytes of request.body) {
          received.push(Buffer.from(bytes).toString())
          first.resolve()
        }
        return new Reply(200, received.join(''))
      },
    })
    const client = await trial.client(subject)
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Transfer-Encoding: chunked']) + '5\r\nhello\r\n')
    await first.promise
    client.send('1\r\n!\r\n0\r\n\r\n')
    assert.equal(String((await client.response()).body), 'hello!')
  }),
  check('a handler that does not read stops its client', async (trial) => {
    const read = deferred()
    let total = 0
    const subject = await trial.server({
      async handle(request) {
        await read.promise
        for await (const bytes of request.body) total += bytes.length
        return new Reply(200, String(total))
      },
    })
    const client = await trial.client(subject)
    const body = Buffer.alloc(64 * 1024 * 1024)
    client.send(message('POST / HTTP/1.1', ['Host: a', `Content-Length: ${body.length}`]))
    client.send(body)
    await settledAt(() => client.socket.bytesWritten - client.socket.writableLength)
    assert.ok(client.socket.writableLength > 0, 'the server took everything')
    read.resolve()
    assert.equal(String((await client.response()).body), String(body.length))
  }),
  check('an echo streams both ways at once', async (trial) => {
    const subject = await trial.server({ handle: (request) => new Reply(200, request.body) })
    const client = await trial.client(subject)
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Transfer-Encoding: chunked']))
    await client.head()
    for (const text of ['one', 'two', 'three']) {
      client.send(`${text.length.toString(16)}\r\n${text}\r\n`)
      assert.match(String(await client.bytes(text.length + 5)), new RegExp(`^${text.length}\r\n${text}\r\n$`))
    }
    client.send('0\r\n\r\n')
    assert.equal(String(await client.bytes(5)), '0\r\n\r\n')
  }),
  check('RFC 9112 9.6: an early reply reaches a client that still uploads', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(403, 'no') })
    const client = await trial.client(subject)
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 100000000']))
    void client.blocked(Buffer.alloc(65536))
    const response = await client.response()
    assert.equal(response.status, 403)
    assert.equal(response.headers.get('connection'), 'close')
  }),
  check(
    'RFC 9112 9.3: after an early reply to a small upload the next request is answered',
    async (trial) => {
      const subject = await trial.server({
        handle: (request) => (request.path === '/' ? new Reply(403, 'no') : echo(request)),
      })
      const client = await trial.client(subject)
      client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 10']) + 'hello')
      assert.equal((await client.response()).status, 403)
      client.send(`hello${get('/next')}`)
      expectEcho(await client.response(), { target: '/next', body: '' })
    },
  ),
]

/** The reply breaks off: the client must not take it for whole, and the outcome and `onError` say why. */
function breaks(name: string, body: () => ReplyBody, length: string | undefined, reason: string): Case {
  return check(name, async (trial) => {
    const settled = deferred<Outcome>()
    const subject = await trial.server({
      handle(request) {
        request.onSettled(settled.resolve)
        const reply = new Reply(200, body())
        return length === undefined ? reply : reply.header('content-length', length)
      },
    })
    const client = await trial.client(subject)
    client.send(get('/') + get('/next'))
    await expectCut(client)
    const { aborted, error } = await settled.promise
    assert.equal(aborted, true)
    assert.ok(reason === code(error) || reason === String(error), String(error))
    assert.deepEqual(subject.errors, [error])
  })
}

/** Whatever came of the reply, nothing of a second one follows and the chunks have no end. */
async function expectCut(client: RawClient): Promise<void> {
  const bytes = String(await client.closed())
  assert.equal(bytes.split('HTTP/1.1').length <= 2, true, bytes)
  assert.doesNotMatch(bytes, /\r\n0\r\n\r\n$/)
}

/** Waits until a number stops changing for a while; what is asserted afterwards does not depend on how long. */
async function settledAt(value: () => number): Promise<void> {
  for (let quiet = 0, last = -1, round = 0; quiet < 20 && round < 1000; round++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    quiet = value() === last && last > 0 ? quiet + 1 : 0
    last = value()
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  count: (size: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    count(bytes.length)
    yield bytes
  }
}

async function* generate(ended: () => void): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      yield piece
    }
  } finally {
    ended()
  }
}

async function* after(moment: Promise<void>): AsyncGenerator<string> {
  await moment
  yield 'hello'
}

async function* stepwise(steps: readonly Promise<void>[]): AsyncGenerator<string> {
  for (const [index, step] of steps.entries()) {
    await step
    yield `step ${index}`
  }
}

async function* some(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts
}

async function* throwing(pieces = 2): AsyncGenerator<string> {
  for (let index = 0; index < pieces; index++) yield 'part'
  throw new Error('midway')
}

function failing(): Readable {
  return new Readable({
    read() {
      this.push('part')
      this.destroy(new Error('midway'))
    },
  })
}

function code(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
