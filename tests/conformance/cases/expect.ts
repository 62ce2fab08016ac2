import assert from 'node:assert/strict'
import { Reply } from '@zzz/core'
import { type Case, check, expectEcho, get, message, refused } from '../case.ts'
import { deferred } from '../deferred.ts'
import { echo } from '../subject.ts'

const head = message('POST / HTTP/1.1', ['Host: a', 'Content-Length: 5', 'Expect: 100-continue'])

/** RFC 9110 section 10.1.1: Expect. */
export const expectations: readonly Case[] = [
  check('RFC 9110 10.1.1: 100 Continue, then the body', async (trial) => {
    const client = await trial.client()
    client.send(head)
    assert.equal((await client.response()).status, 100)
    client.send('hello')
    expectEcho(await client.response(), { body: 'hello' })
    client.send(get('/next'))
    expectEcho(await client.response(), { target: '/next' })
  }),
  check('RFC 9110 10.1.1: the expectation is case-insensitive', async (trial) => {
    const client = await trial.client()
    client.send(head.replace('100-continue', '100-Continue'))
    assert.equal((await client.response()).status, 100)
  }),
  check('RFC 9110 10.1.1: 100 Continue for a chunked body', async (trial) => {
    const client = await trial.client()
    client.send(message('POST / HTTP/1.1', ['Host: a', 'Transfer-Encoding: chunked', 'Expect: 100-continue']))
    assert.equal((await client.response()).status, 100)
    client.send('5\r\nhello\r\n0\r\n\r\n')
    expectEcho(await client.response(), { body: 'hello' })
  }),
  check('RFC 9110 10.1.1: 100 Continue before a reply that streams the body back', async (trial) => {
    const subject = await trial.server({ handle: (request) => new Reply(200, request.body) })
    const client = await trial.client(subject)
    for (let round = 0; round < 2; round++) {
      client.send(head)
      assert.equal((await client.response()).status, 100)
      client.send('hello')
      const response = await client.response()
      assert.equal(response.status, 200)
      assert.equal(String(response.body), 'hello')
    }
  }),
  check('RFC 9110 10.1.1: no 100 Continue inside a reply that reads the body late', async (trial) => {
    const subject = await trial.server({
      handle: (request) =>
        new Reply(
          200,
          (async function* () {
            yield 'first '
            yield* request.body
          })(),
        ),
    })
    const client = await trial.client(subject)
    client.send(head)
    client.send('hello')
    const response = await client.response()
    assert.equal(response.status, 200)
    assert.equal(String(response.body), 'first hello')
  }),
  check('RFC 9110 10.1.1: 100 Continue only when the handler reads', async (trial) => {
    const read = deferred()
    const started = deferred()
    const subject = await trial.server({
      async handle(request) {
        started.resolve()
        await read.promise
        return echo(request)
      },
    })
    const client = await trial.client(subject)
    client.send(head)
    await started.promise
    assert.equal(client.received.length, 0)
    read.resolve()
    assert.equal((await client.response()).status, 100)
    client.send('hello')
    expectEcho(await client.response(), { body: 'hello' })
  }),
  check(
    'RFC 9110 10.1.1: no 100 Continue for a handler that does not read; the connection closes',
    async (trial) => {
      const subject = await trial.server({ handle: () => new Reply(403, 'no') })
      const client = await trial.client(subject)
      client.send(head)
      const response = await client.response()
      assert.equal(response.status, 403)
      assert.equal(response.headers.get('connection'), 'close')
      assert.equal((await client.closed()).length, 0)
    },
  ),
  check('RFC 9110 10.1.1: a client that does not wait gets its reply', async (trial) => {
    const client = await trial.client()
    client.send(`${head}hello`)
    const response = await client.response()
    expectEcho(response.status === 100 ? await client.response() : response, { body: 'hello' })
  }),
  check('RFC 9110 10.1.1: no 100 Continue for a request without a body', async (trial) => {
    const client = await trial.client()
    client.send(get('/', 'Expect: 100-continue'))
    expectEcho(await client.response(), { target: '/' })
  }),
  check('RFC 9110 10.1.1: no 100 Continue in HTTP/1.0', async (trial) => {
    const client = await trial.client()
    client.send(`${message('POST / HTTP/1.0', ['Content-Length: 5', 'Expect: 100-continue'])}hello`)
    expectEcho(await client.response(), { body: 'hello' })
  }),
  refused('RFC 9110 10.1.1: another expectation', get('/', 'Expect: 200-ok'), 417),
  refused(
    'RFC 9110 10.1.1: another expectation beside 100-continue',
    get('/', 'Expect: 100-continue, x'),
    417,
  ),
]
