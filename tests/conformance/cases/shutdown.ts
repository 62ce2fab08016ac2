import assert from 'node:assert/strict'
import { Reply, type Upgrade } from '@zzz/core'
import { type Case, check, expectEcho, get, post } from '../case.ts'
import { deferred } from '../deferred.ts'
import { RawClient } from '../raw-client.ts'
import { echo } from '../subject.ts'

/** The life of a listener: address, connections, stopAccepting, drain, destroy. */
export const shutdown: readonly Case[] = [
  check('the address tells the port that the system chose', async (trial) => {
    const { address } = (await trial.server({})).listener
    assert.ok(address.port > 0)
    assert.equal(address.host, '127.0.0.1')
    assert.equal(address.url, `${trial.scheme}://127.0.0.1:${address.port}`)
  }),
  check('connections() counts what is open', async (trial) => {
    const subject = await trial.server({})
    assert.equal(subject.listener.connections(), 0)
    const clients = [await trial.client(subject), await trial.client(subject)]
    for (const client of clients) {
      client.send(get('/'))
      await client.response()
    }
    assert.equal(subject.listener.connections(), 2)
  }),
  check('stopAccepting refuses new connections and leaves the open ones', async (trial) => {
    const subject = await trial.server({})
    const client = await trial.client(subject)
    client.send(get('/a'))
    expectEcho(await client.response(), { target: '/a' })
    await subject.listener.stopAccepting()
    await assert.rejects(RawClient.connect(subject.port))
    client.send(get('/b'))
    expectEcho(await client.response(), { target: '/b' })
  }),
  check('drain closes idle connections at once', async (trial) => {
    const subject = await trial.server({})
    const client = await trial.client(subject)
    client.send(get('/'))
    await client.response()
    const fresh = await trial.client(subject)
    await subject.listener.stopAccepting()
    const drained = subject.listener.drain(AbortSignal.timeout(4000))
    assert.equal((await client.closed()).length, 0)
    await fresh.closed()
    await drained
    assert.equal(subject.listener.connections(), 0)
  }),
  check('drain lets a running request finish, and its reply says close', async (trial) => {
    const release = deferred()
    const begun = deferred()
    const subject = await trial.server({
      async handle() {
        begun.resolve()
        await release.promise
        return new Reply(200, 'finished')
      },
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    await begun.promise
    await subject.listener.stopAccepting()
    const drained = subject.listener.drain(AbortSignal.timeout(4000))
    release.resolve()
    const response = await client.response()
    assert.equal(String(response.body), 'finished')
    assert.equal(response.headers.get('connection'), 'close')
    await client.closed()
    await drained
    assert.equal(subject.listener.connections(), 0)
  }),
  check('drain lets a running upload finish', async (trial) => {
    const begun = deferred()
    const subject = await trial.server({
      handle(request) {
        begun.resolve()
        return echo(request)
      },
    })
    const client = await trial.client(subject)
    client.send(post('helloworld').slice(0, -5))
    await begun.promise
    const drained = subject.listener.drain(AbortSignal.timeout(4000))
    client.send('world')
    expectEcho(await client.response(), { body: 'helloworld' })
    await client.closed()
    await drained
  }),
  check('drain gives up when its signal aborts; destroy closes what is left', async (trial) => {
    const aborted = deferred()
    const begun = deferred()
    const subject = await trial.server({
      handle(request) {
        request.signal.addEventListener('abort', () => aborted.resolve())
        begun.resolve()
        return new Promise(() => {})
      },
    })
    const client = await trial.client(subject)
    client.send(get('/'))
    await begun.promise
    const controller = new AbortController()
    const drained = subject.listener.drain(controller.signal)
    controller.abort()
    await drained
    assert.equal(subject.listener.connections(), 1)
    subject.listener.destroy()
    await client.closed()
    await aborted.promise
  }),
  check('drain waits for upgraded connections until its signal', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(101, silent()) })
    const client = await trial.client(subject)
    client.send(get('/', 'Connection: upgrade', 'Upgrade: silent'))
    assert.equal((await client.response()).status, 101)
    const controller = new AbortController()
    const drained = subject.listener.drain(controller.signal)
    assert.equal(await Promise.race([drained.then(() => 'drained'), immediate('waiting')]), 'waiting')
    assert.equal(subject.listener.connections(), 1)
    controller.abort()
    await drained
    subject.listener.destroy()
    await client.closed()
  }),
  check('drain turns away connections that wait', async (trial) => {
    const release = deferred()
    const begun = deferred()
    const subject = await trial.server({
      limits: { connections: 1, waiting: 1 },
      async handle() {
        begun.resolve()
        await release.promise
        return new Reply(200, 'served')
      },
    })
    const served = await trial.client(subject)
    served.send(get('/'))
    await begun.promise
    const waiting = await trial.client(subject)
    waiting.send(get('/'))
    await until(() => subject.listener.connections() === 2)
    const drained = subject.listener.drain(AbortSignal.timeout(4000))
    assert.equal((await waiting.response()).status, 503)
    await waiting.closed()
    release.resolve()
    assert.equal(String((await served.response()).body), 'served')
    await served.closed()
    await drained
  }),
  check('a port in use is an error of listen', async (trial) => {
    const subject = await trial.server({})
    await assert.rejects(trial.server({ port: subject.port }), { code: 'EADDRINUSE' })
  }),
]

function silent(): Upgrade {
  return {
    kind: 'upgrade',
    protocol: 'silent',
    accept(stream) {
      stream.on('error', () => {})
      stream.resume()
    },
  }
}

function immediate<T>(value: T): Promise<T> {
  return new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(value))))
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition() && round < 10_000; round++)
    await new Promise((resolve) => setImmediate(resolve))
}
