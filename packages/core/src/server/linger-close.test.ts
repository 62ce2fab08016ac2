import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { type LingerLimits, lingerClose } from './linger-close.ts'

/** A client of a server that answers the first byte it gets and then lingers; `ended` is when it has let go. */
async function lingering(
  limits: LingerLimits,
): Promise<{ client: Socket; ended: Promise<unknown> } & Disposable> {
  const gone = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('close', () => gone.resolve())
    socket.once('data', () => {
      socket.write('reply')
      lingerClose(socket, limits)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  client.on('error', () => {})
  return {
    client,
    ended: gone.promise,
    [Symbol.dispose]() {
      client.destroy()
      server.close()
    },
  }
}

const long = { idle: 60_000, total: 60_000 }

describe('lingerClose', () => {
  it('lets a client that sends all of its body first read the reply', async () => {
    using connection = await lingering(long)
    const { client, ended } = connection
    client.end(Buffer.alloc(32 * 1024 * 1024))
    await once(client, 'finish')
    assert.equal(await text(client), 'reply')
    await ended
  })

  it('reads no more than the bytes it may, and then waits for no longer than it is idle', async () => {
    using connection = await lingering({ bytes: 1000, idle: 50, total: 60_000 })
    const { client, ended } = connection
    const send = (): boolean => client.write(Buffer.alloc(65_536), (error) => error || send())
    send()
    await ended
  })

  it('gives up on a client that sends nothing, and on one that never ends', async () => {
    using silent = await lingering({ idle: 50, total: 60_000 })
    silent.client.write('x')
    await silent.ended
    using endless = await lingering({ idle: 60_000, total: 50 })
    const drip = setInterval(() => endless.client.write('x'), 5)
    await endless.ended
    clearInterval(drip)
  })
})
