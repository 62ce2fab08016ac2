import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { Reply, type Request } from '@zzz/core'
import { type Case, check, chunked, expectEcho, get, post, refusedAfter } from '../case.ts'
import { deferred } from '../deferred.ts'
import { echo } from '../subject.ts'

/** RFC 9112 section 9.3.2: several requests on their way at once. */
export const pipelining: readonly Case[] = [
  check('RFC 9112 9.3.2: a slow first request does not let the second overtake', async (trial) => {
    const release = deferred()
    const subject = await trial.server({
      async handle(request) {
        if (request.path === '/slow') await release.promise
        else release.resolve()
        return new Reply(200, request.path)
      },
    })
    const first = await trial.client(subject)
    const second = await trial.client(subject)
    first.send(get('/slow') + get('/fast'))
    second.send(get('/release'))
    assert.equal(String((await second.response()).body), '/release')
    assert.equal(String((await first.response()).body), '/slow')
    assert.equal(String((await first.response()).body), '/fast')
  }),
  check('RFC 9112 9.3.2: a request begins only when the reply before it is through', async (trial) => {
    let running = 0
    let most = 0
    const subject = await trial.server({
      async handle(request) {
        most = Math.max(most, ++running)
        const body = await request.text()
        await new Promise((resolve) => setImmediate(resolve))
        running--
        return new Reply(200, body)
      },
    })
    const client = await trial.client(subject)
    client.send(Array.from({ length: 20 }, (_, index) => post(`body ${index}`)).join(''))
    for (let index = 0; index < 20; index++)
      assert.equal(String((await client.response()).body), `body ${index}`)
    assert.equal(most, 1)
  }),
  check('RFC 9112 9.3.2: bodies of pipelined requests are not mixed', async (trial) => {
    const client = await trial.client()
    client.send(
      post('one') +
        chunked('3\r\ntwo\r\n0\r\n\r\n') +
        get('/three') +
        post('') +
        chunked('4\r\nfive\r\n0\r\n\r\n'),
    )
    for (const body of ['one', 'two', '', '', 'five']) expectEcho(await client.response(), { body })
  }),
  check('RFC 9112 9.3.2: a thousand pipelined requests', async (trial) => {
    const client = await trial.client()
    client.send(Array.from({ length: 1000 }, (_, index) => get(`/${index}`)).join(''))
    for (let index = 0; index < 1000; index++) expectEcho(await client.response(), { target: `/${index}` })
  }),
  check('RFC 9112 9.3.2: a pipelined upload behind an unread one', async (trial) => {
    const subject = await trial.server({
      handle: (request) => (request.path === '/ignore' ? new Reply(200, 'ignored') : echo(request)),
    })
    const client = await trial.client(subject)
    client.send(
      `POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}` +
        post('read'),
    )
    assert.equal(String((await client.response()).body), 'ignored')
    expectEcho(await client.response(), { body: 'read' })
  }),
  check('RFC 9112 9.6: nothing behind a request that closes is handled', async (trial) => {
    const seen: string[] = []
    const subject = await trial.server({ handle: seeing(seen) })
    const client = await trial.client(subject)
    client.send(get('/a', 'Connection: close') + get('/b'))
    assert.equal((await client.response()).headers.get('connection'), 'close')
    await client.closed()
    assert.deepEqual(seen, ['/a'])
  }),
  check('RFC 9112 9.6: nothing behind a reply that closes is handled', async (trial) => {
    const seen: string[] = []
    const subject = await trial.server({
      handle: (request) => seeing(seen)(request).header('connection', 'close'),
    })
    const client = await trial.client(subject)
    client.send(get('/a') + get('/b'))
    assert.equal((await client.response()).headers.get('connection'), 'close')
    assert.equal((await client.closed()).length, 0)
    assert.deepEqual(seen, ['/a'])
  }),
  refusedAfter(
    'RFC 9112 9.3.2: a refusal waits for the replies before it',
    get('/a') + post('b') + get('/', 'X : y'),
    [{ target: '/a' }, { body: 'b' }],
  ),
  refusedAfter(
    'RFC 9112 6.3: nothing behind a refusal is handled',
    get('/a') + post('b', 'Content-Length: 9') + get('/c'),
    [{ target: '/a' }],
  ),
  check('the async context of one request does not reach the next on its connection', async (trial) => {
    const storage = new AsyncLocalStorage<string>()
    const subject = await trial.server({
      handle: (request) => {
        const before = storage.getStore() ?? 'none'
        return storage.run(request.path, async () => {
          await new Promise((resolve) => setImmediate(resolve))
          return new Reply(200, before)
        })
      },
    })
    const client = await trial.client(subject)
    client.send(get('/a') + get('/b') + get('/c'))
    for (let index = 0; index < 3; index++) assert.equal(String((await client.response()).body), 'none')
    client.send(get('/d'))
    assert.equal(String((await client.response()).body), 'none')
  }),
]

function seeing(seen: string[]): (request: Request) => Reply {
  return (request) => {
    seen.push(request.path)
    return new Reply(200, 'seen')
  }
}
