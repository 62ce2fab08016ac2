import assert from 'node:assert/strict'
import { Reply } from '@zzz/core'
import { type Case, check, chunked, expectEcho, expectRefusal, get, message } from '../case.ts'
import { deferred } from '../deferred.ts'
import { turns } from '../raw-client.ts'
import { echo } from '../subject.ts'

/** Milliseconds of the time-out that a case is about; long enough for a busy machine to keep it where it should be kept. */
const short = 250
const body = message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 10'])

/** The time-outs of server/timeouts.ts, with real time. */
export const timeouts: readonly Case[] = [
  check('RFC 9110 15.5.9: timeouts.header: nothing was sent', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { header: short } }))
    // Closing without a word is right too: there is no request to answer.
    const reply = String(await client.closed())
    assert.match(reply, /^(?:$|HTTP\/1\.1 408 )/)
  }),
  check('RFC 9110 15.5.9: timeouts.header: the head stays unfinished', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { header: short } }))
    client.send('GET / HTTP/1.1\r\nHost: a\r\n')
    await expectRefusal(client, 408)
  }),
  check('RFC 9110 15.5.9: timeouts.header: the request line stays unfinished', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { header: short } }))
    client.send('GE')
    await expectRefusal(client, 408)
  }),
  check('RFC 9110 15.5.9: timeouts.header: a head that drips in', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { header: short } }))
    client.send('GET / HTTP/1.1\r\n')
    const drip = setInterval(() => client.send('X: y\r\n'), 20)
    await expectRefusal(client, 408).finally(() => clearInterval(drip))
  }),
  check('RFC 9110 15.5.9: timeouts.header: the second head stays unfinished', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { header: short } }))
    client.send(`${get('/')}GET / HTTP/1.1\r\n`)
    expectEcho(await client.response(), { target: '/' })
    await expectRefusal(client, 408)
  }),
  check('timeouts.header: a slow handler does not use up the time of its head', async (trial) => {
    const subject = await trial.server({
      timeouts: { header: short },
      async handle() {
        await new Promise((resolve) => setTimeout(resolve, 2 * short))
        return new Reply(200, 'slow')
      },
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.equal(String((await client.response()).body), 'slow')
  }),
  check('RFC 9110 15.5.9: timeouts.body: the body stops', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { body: short } }))
    client.send(`${body}hello`)
    await expectRefusal(client, 408)
  }),
  check('RFC 9110 15.5.9: timeouts.body: a chunked body stops', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { body: short } }))
    client.send(chunked('5\r\nhel'))
    await expectRefusal(client, 408)
  }),
  check('RFC 9110 15.5.9: timeouts.body: nothing comes after 100 Continue', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { body: short } }))
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 10', 'Expect: 100-continue']))
    assert.equal((await client.response()).status, 100)
    await expectRefusal(client, 408)
  }),
  check('RFC 9110 15.5.9: timeouts.body: a body that drips in', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { body: short } }))
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 100000']))
    const drip = setInterval(() => client.send('x'), 20)
    await expectRefusal(client, 408).finally(() => clearInterval(drip))
  }),
  check('timeouts.body: a steady body may take longer', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { body: short } }))
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 4000']))
    for (let round = 0; round < 8; round++) {
      client.send('x'.repeat(500))
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    expectEcho(await client.response(), { body: 'x'.repeat(4000) })
  }),
  check('timeouts.body: an unread rest that stops closes the connection', async (trial) => {
    const client = await trial.client(
      await trial.server({ timeouts: { body: short }, handle: () => new Reply(200, 'unread') }),
    )
    client.send(`${body}hello`)
    assert.equal((await client.response()).status, 200)
    assert.equal((await client.closed()).length, 0)
  }),
  check('RFC 9110 15.6.4: timeouts.handler: 503, and the signal aborts with the reason', async (trial) => {
    const aborted = deferred<unknown>()
    const subject = await trial.server({
      timeouts: { handler: short },
      handle: (request) =>
        new Promise((resolve) => {
          request.signal.addEventListener('abort', () => {
            aborted.resolve(request.signal.reason)
            resolve(new Reply(200, 'too late'))
          })
        }),
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.equal((await client.response()).status, 503)
    assert.equal(((await aborted.promise) as { code: string }).code, 'ZZZ_HANDLER_TIMEOUT')
  }),
  check('timeouts.handler: the outcome carries the reason', async (trial) => {
    const settled = deferred<{ status: number; aborted: boolean; error: unknown }>()
    const subject = await trial.server({
      timeouts: { handler: short },
      handle(request) {
        request.onSettled(settled.resolve)
        return new Promise(() => {})
      },
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.equal((await client.response()).status, 503)
    const { status, aborted, error } = await settled.promise
    assert.equal(status, 503)
    assert.equal(aborted, false)
    assert.equal((error as { code: string }).code, 'ZZZ_HANDLER_TIMEOUT')
  }),
  check('timeouts.handler: the time of an upload is not the handler’s', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { handler: 100 } }))
    client.send(`${body}hello`)
    await new Promise((resolve) => setTimeout(resolve, 2 * short))
    client.send('hello')
    expectEcho(await client.response(), { body: 'hellohello' })
  }),
  check('timeouts.handler: a handler that never reads a large upload', async (trial) => {
    const subject = await trial.server({ timeouts: { handler: short }, handle: () => new Promise(() => {}) })
    const client = await trial.client(subject)
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 10000000']) + 'x'.repeat(1_000_000))
    assert.equal((await client.response()).status, 503)
  }),
  check('timeouts.write: a client that takes nothing is cut off', async (trial) => {
    const settled = deferred<{ aborted: boolean; bytesSent: number; error: unknown }>()
    const subject = await trial.server({
      timeouts: { write: short },
      handle(request) {
        request.onSettled(settled.resolve)
        return new Reply(200, Buffer.alloc(64 * 1024 * 1024))
      },
    })
    const client = await trial.client(subject, { paused: true })
    client.send(get('/'))
    const { aborted, bytesSent, error } = await settled.promise
    assert.equal(aborted, true)
    assert.ok(bytesSent < 64 * 1024 * 1024)
    assert.equal((error as { code: string }).code, 'ZZZ_WRITE_TIMEOUT')
  }),
  check('timeouts.write: a producer that takes its time is not the client’s fault', async (trial) => {
    const subject = await trial.server({
      timeouts: { write: 50 },
      handle: () => new Reply(200, slowly()),
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.equal(String((await client.response()).body), 'onetwo')
  }),
  check('timeouts.keepAlive: an idle connection is closed without a word', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { keepAlive: short } }))
    client.send(get('/'))
    expectEcho(await client.response(), { target: '/' })
    assert.equal((await client.closed()).length, 0)
  }),
  check('timeouts.keepAlive: a new request in time begins anew', async (trial) => {
    const client = await trial.client(await trial.server({ timeouts: { keepAlive: 1000 }, handle: echo }))
    // Together longer than the time-out, each far below it.
    for (let round = 0; round < 4; round++) {
      client.send(get('/'))
      expectEcho(await client.response(), { target: '/' })
      await new Promise((resolve) => setTimeout(resolve, 400))
    }
  }),
  check('time-outs of Infinity never end anything', async (trial) => {
    const none = Number.POSITIVE_INFINITY
    const subject = await trial.server({
      timeouts: { header: none, body: none, handler: none, write: none, keepAlive: none },
    })
    const client = await trial.client(subject)
    client.send(body)
    await turns(3)
    client.send('hellohello')
    expectEcho(await client.response(), { body: 'hellohello' })
  }),
]

async function* slowly(): AsyncGenerator<string> {
  yield 'one'
  await new Promise((resolve) => setTimeout(resolve, 2 * short))
  yield 'two'
}
