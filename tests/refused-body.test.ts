import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { createApp, post } from '@zzz/core'
import { serve } from '@zzz/core/server'

const app = createApp({
  environment: 'production',
  routes: [
    post('/json', async (ctx) => ctx.json(await ctx.request.json())),
    post('/private', (ctx) => ctx.text('Sign in first', 401)),
  ],
})

const mebibyte = 1024 * 1024

/** Sends a request with a body as many clients do, all of it before a look at the reply. */
async function sendFirst(port: number, path: string, length: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).pause()
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    `content-length: ${length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.end(Buffer.alloc(length, '1'))
  await once(socket, 'finish')
  return text(socket)
}

for (const backend of ['zzz', 'node'] as const) {
  describe(`a reply that does not wait for the body: ${backend}`, () => {
    it('is read by clients that send all of it first', async () => {
      await using server = await serve(app, { port: 0, backend })
      const { port } = server.address
      assert.match(
        await sendFirst(port, '/json', 32 * mebibyte),
        /^HTTP\/1\.1 413 .*\r\n\r\n413 Content Too Large\n/s,
      )
      assert.match(
        await sendFirst(port, '/private', 32 * mebibyte),
        /^HTTP\/1\.1 401 .*\r\n\r\nSign in first$/s,
      )
    })

    it('is read by fetch', async () => {
      await using server = await serve(app, { port: 0, backend })
      for (const body of [
        Buffer.alloc(32 * mebibyte, '1'),
        new Blob(Array(32).fill(Buffer.alloc(mebibyte, '1'))),
      ]) {
        const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
        const response = await fetch(`${server.address.url}/json`, init)
        assert.deepEqual([response.status, (await response.text()).slice(0, 3)], [413, '413'])
      }
    })
  })
}
