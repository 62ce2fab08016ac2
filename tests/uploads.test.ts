import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { type Context, createApp, post, ZzzError } from '@zzz/core'
import { type Server, serve } from '@zzz/core/server'

const folder = mkdtempSync(join(tmpdir(), 'zzz-uploads-'))
after(() => rmSync(folder, { recursive: true }))

const listOf = async (ctx: Context) => {
  const files = await ctx.files()
  return Promise.all(files.map(async (file) => [file.field, file.filename, (await file.bytes()).length]))
}

for (const backend of ['zzz', 'node'] as const) {
  describe(`uploads on ${backend}`, () => {
    const directory = join(folder, backend)
    mkdirSync(directory)
    /** What handlers met, for tests whose client sees no reply. */
    const met: unknown[] = []
    const app = createApp({
      form: { directory, total: 10_000_000 },
      routes: [
        post('/files', async (ctx) => ctx.json(await listOf(ctx))),
        post('/small', { form: { total: 1000 }, bodyLimit: 100 }, async (ctx) =>
          ctx.json((await ctx.body()) as object),
        ),
        post('/stream', async (ctx) => ctx.stream((await ctx.file('f'))?.stream() ?? new ReadableStream())),
        post('/fails', async (ctx) => {
          await ctx.form()
          throw new Error('after the upload')
        }),
        post('/forgets', (ctx) => {
          ctx.form().catch((error: unknown) => met.push(error))
          return ctx.text('bye')
        }),
      ],
      use: [
        async (ctx, next) => {
          ctx.onSettled(({ error }) => met.push(error))
          return next()
        },
      ],
    })
    let server: Server
    before(async () => {
      server = await serve(app, { port: 0, backend, onError: () => {} })
    })
    after(() => server.close())

    const files = (...sizes: number[]) => {
      const data = new FormData()
      for (const size of sizes) data.append('f', new Blob(['x'.repeat(size)]), `${size}.bin`)
      return data
    }
    const send = (path: string, body: FormData) => fetch(server.address.url + path, { method: 'POST', body })
    async function emptied(): Promise<void> {
      while (readdirSync(directory).length > 0) await new Promise(setImmediate)
    }

    it('arrive, small and large, and leave no temporary file', async () => {
      const response = await send('/files', files(10, 1_000_000, 2_000_000))
      assert.deepEqual(await response.json(), [
        ['f', '10.bin', 10],
        ['f', '1000000.bin', 1_000_000],
        ['f', '2000000.bin', 2_000_000],
      ])
      await emptied()
    })

    it('are there until the reply is through', async () => {
      const response = await send('/stream', files(3_000_000))
      assert.equal((await response.bytes()).length, 3_000_000)
      await emptied()
    })

    it('leave nothing when the handler fails, and when it does not wait', async () => {
      assert.equal((await send('/fails', files(1_000_000))).status, 500)
      await emptied()
      // The server may give up a body that is not wanted, so that the client sees a reset instead of the reply.
      await send('/forgets', files(5_000_000)).catch(() => {})
      await emptied()
    })

    it('beyond a limit are 413, malformed ones 400', async () => {
      const response = await send('/small', files(900))
      assert.equal(response.status, 413)
      const broken = await fetch(`${server.address.url}/files`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: `--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n${'x'.repeat(500_000)}\r\n`,
      })
      assert.equal(broken.status, 400)
      await emptied()
    })

    it('beyond a limit are refused before they are sent, to a client that asks', async () => {
      const types = [
        'multipart/form-data; boundary=b',
        'application/json',
        'application/x-www-form-urlencoded',
      ]
      for (const type of types) {
        const socket = connect(Number(new URL(server.address.url).port), '127.0.0.1')
        socket.write(
          `POST /small HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n`,
        )
        const [first] = (await once(socket, 'data')) as [Buffer]
        assert.match(first.toString(), /^HTTP\/1\.1 413 /)
        socket.destroy()
      }
    })

    it('that break off leave no temporary file', async () => {
      const socket = connect(Number(new URL(server.address.url).port), '127.0.0.1')
      const head = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
      socket.write(
        `POST /files HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000000\r\n\r\n${head}`,
      )
      socket.write('x'.repeat(1_000_000))
      while (readdirSync(directory).length === 0) await new Promise(setImmediate)
      met.length = 0
      socket.destroy()
      while (met.length === 0) await new Promise(setImmediate)
      const [error] = met
      assert.ok(error instanceof ZzzError && error.code === 'ZZZ_CLIENT_DISCONNECTED', String(error))
      await emptied()
    })
  })
}

it('a form is the same without a server', async () => {
  const app = createApp({ routes: [post('/', async (ctx) => ctx.json(await listOf(ctx)))] })
  const data = new FormData()
  data.append('f', new Blob(['x'.repeat(400_000)]), 'a.bin')
  const response = await app.fetch('/', { method: 'POST', body: data })
  assert.equal(await text(response.body as ReadableStream), '[["f","a.bin",400000]]')
})
