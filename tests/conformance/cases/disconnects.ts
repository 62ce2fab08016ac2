import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createApp, type Outcome, Reply, route } from '@zzz/core'
import { type Case, check, chunked, expectEcho, get, message, post } from '../case.ts'
import { deferred } from '../deferred.ts'
import { echo } from '../subject.ts'

/** RFC 9112 section 8 and 9.6: clients that end or break the connection. */
export const disconnects: readonly Case[] = [
  check(
    'a client that leaves while the handler works: the signal aborts, the outcome has status 0',
    async (trial) => {
      const settled = deferred<Outcome>()
      const begun = deferred()
      const aborted = deferred<unknown>()
      const subject = await trial.server({
        async handle(request) {
          request.onSettled(settled.resolve)
          begun.resolve()
          await new Promise<void>((resolve) => {
            request.signal.addEventListener('abort', () => resolve())
          })
          aborted.resolve(request.signal.reason)
          return new Reply(200, 'for nobody')
        },
      })
      const client = await trial.client(subject)
      client.send(get('/'))
      await begun.promise
      client.reset()
      assert.equal(((await aborted.promise) as { code: string }).code, 'ZZZ_CLIENT_DISCONNECTED')
      const { status, aborted: broken, bytesSent } = await settled.promise
      assert.deepEqual([status, broken, bytesSent], [0, true, 0])
      assert.deepEqual(subject.errors, [])
    },
  ),
  ...(['end', 'reset'] as const).map((leave) =>
    check(
      `a client that leaves an event stream (${leave}): the outcome says so, and whose it was`,
      async (trial) => {
        const settled = deferred<Outcome>()
        const begun = deferred()
        let address: string | undefined
        const app = createApp({
          routes: [
            route('GET', '/', (ctx) => {
              ctx.onSettled((outcome) => {
                address = ctx.ip
                settled.resolve(outcome)
              })
              return ctx.sse(async function* ({ signal }) {
                begun.resolve()
                await once(signal, 'abort')
                yield* []
              })
            }),
          ],
        })
        const subject = await trial.server({ handle: app.handle })
        const client = await trial.client(subject)
        client.send(get('/'))
        await begun.promise
        client[leave]()
        const { status, aborted, error } = await settled.promise
        assert.deepEqual([status, aborted, code(error)], [200, true, 'ZZZ_CLIENT_DISCONNECTED'])
        assert.equal(address, '127.0.0.1')
        assert.deepEqual(subject.errors, [])
      },
    ),
  ),
  check('a client that leaves during its upload: the reader hears of it', async (trial) => {
    const failed = deferred<unknown>()
    const first = deferred()
    const subject = await trial.server({
      async handle(request) {
        try {
          for await (const _ of request.body) first.resolve()
        } catch (error) {
          failed.resolve(error)
        }
        return new Reply(400, 'for nobody')
      },
    })
    const client = await trial.client(subject)
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 100']) + 'hello')
    await first.promise
    client.reset()
    assert.equal(((await failed.promise) as { status: number }).status, 400)
  }),
  check('a reply that nobody waits for any more releases its body', async (trial) => {
    const begun = deferred()
    const cancelled = deferred()
    const subject = await trial.server({
      async handle(request) {
        begun.resolve()
        await new Promise<void>((resolve) => {
          request.signal.addEventListener('abort', () => resolve())
        })
        return new Reply(200, new ReadableStream({ cancel: () => cancelled.resolve() }))
      },
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    await begun.promise
    client.reset()
    await cancelled.promise
  }),
  check('a signal that is first asked for after the client left is aborted', async (trial) => {
    const settled = deferred()
    const begun = deferred()
    const seen = deferred<boolean>()
    const subject = await trial.server({
      async handle(request) {
        request.onSettled(() => settled.resolve())
        begun.resolve()
        await settled.promise
        seen.resolve(request.signal.aborted)
        return new Reply(200, 'for nobody')
      },
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    await begun.promise
    client.reset()
    assert.equal(await seen.promise, true)
  }),
  check('RFC 9112 9.6: a half-closed client gets its reply, and the signal aborts', async (trial) => {
    const subject = await trial.server({
      async handle(request) {
        await new Promise<void>((resolve) => {
          request.signal.addEventListener('abort', () => resolve())
        })
        return new Reply(200, 'still here')
      },
    })
    const client = await trial.client(subject)
    client.send(get('/')).end()
    assert.equal(String((await client.response()).body), 'still here')
    assert.equal((await client.closed()).length, 0)
  }),
  check('RFC 9112 9.6: a half-closed client gets all its pipelined replies', async (trial) => {
    const client = await trial.client()
    client.send(get('/a') + post('b') + chunked('1\r\nc\r\n0\r\n\r\n') + get('/d')).end()
    for (const body of ['', 'b', 'c', '']) expectEcho(await client.response(), { body })
    assert.equal((await client.closed()).length, 0)
  }),
  check('RFC 9112 9.6: a half-closed client gets a large streamed reply', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(200, many()) })
    const client = await trial.client(subject)
    client.send(get('/')).end()
    assert.equal((await client.response()).body.length, 5_000_000)
  }),
  check('RFC 9112 8: a body of declared length that ends early is refused', async (trial) => {
    const client = await trial.client()
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 10']) + 'hello').end()
    assert.match(String(await client.closed()), /^HTTP\/1\.1 400 /)
  }),
  check('RFC 9112 8: a chunked body that ends early is refused', async (trial) => {
    for (const part of [
      '',
      '5',
      '5\r\n',
      '5\r\nhel',
      '5\r\nhello',
      '5\r\nhello\r\n',
      '0\r\n',
      '0\r\nX: y\r\n',
    ]) {
      const client = await trial.client()
      client.send(chunked(part)).end()
      assert.match(String(await client.closed()), /^HTTP\/1\.1 400 /, part)
    }
  }),
  check('RFC 9112 8: a head that ends early is never handled', async (trial) => {
    let handled = 0
    const subject = await trial.server({
      handle(request) {
        handled++
        return echo(request)
      },
    })
    const wire = get('/', 'X: y')
    for (let length = 1; length < wire.length; length += 3) {
      const client = await trial.client(subject)
      client.send(wire.slice(0, length)).end()
      assert.match(String(await client.closed()), /^(?:$|HTTP\/1\.1 400 )/)
    }
    assert.equal(handled, 0)
  }),
  check('a connection that sends nothing and ends is closed without a word', async (trial) => {
    const client = await trial.client()
    client.end()
    assert.equal((await client.closed()).length, 0)
  }),
  check('clients that reset at any moment leave nothing behind', async (trial) => {
    const subject = await trial.server({ handle: echo })
    const wire = post('hello') + get('/')
    for (let length = 0; length <= wire.length; length += 4) {
      const client = await trial.client(subject)
      client.send(wire.slice(0, length)).reset()
    }
    const client = await trial.client(subject)
    client.send(get('/'))
    expectEcho(await client.response(), { target: '/' })
    assert.deepEqual(subject.errors, [])
  }),
]

const code = (error: unknown) => (error as { code?: unknown } | undefined)?.code

async function* many(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < 50; index++) yield Buffer.alloc(100_000)
}
