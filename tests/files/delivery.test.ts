import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { truncateSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { get, message } from '../conformance/case.ts'
import { type RawClient, turns } from '../conformance/raw-client.ts'
import { type Site, startSite } from './site.ts'

const mebibyte = 1024 * 1024
const random = randomBytes(5 * mebibyte)
const onLinux = { skip: process.platform !== 'linux' && 'descriptors are counted in /proc' }

for (const backend of ['zzz', 'node'] as const) {
  describe(`files on the back end ${backend}`, () => {
    let site: Site
    before(async () => {
      site = await startSite({ backend })
      site.write('public/page.txt', '0123456789')
      site.write('public/random.bin', random)
      truncateSync(site.write('public/huge.bin', ''), 64 * mebibyte)
    })
    after(async () => {
      const { errors } = site
      await site[Symbol.asyncDispose]()
      assert.deepEqual(errors, [])
    })

    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) await turns(1)
    }

    for (const place of ['/static/', '/download/']) {
      it(`a file of 5 MB and its ranges are byte exact: ${place}`, async () => {
        const client = await site.client()
        const rows: readonly [range: string, first: number, last: number][] = [
          ['bytes=0-', 0, random.length - 1],
          ['bytes=0-0', 0, 0],
          ['bytes=65535-65536', 65_535, 65_536],
          ['bytes=1000000-3999999', 1_000_000, 3_999_999],
          ['bytes=-1', random.length - 1, random.length - 1],
          ['bytes=-99999999', 0, random.length - 1],
          ['bytes=5242000-99999999', 5_242_000, random.length - 1],
        ]
        for (const [range, first, last] of rows) {
          client.send(get(`${place}random.bin`, `Range: ${range}`))
          const { status, headers, body } = await client.response()
          assert.equal(status, 206)
          assert.equal(headers.get('content-range'), `bytes ${first}-${last}/${random.length}`)
          assert.ok(body.equals(random.subarray(first, last + 1)), range)
        }
        client.send(get(`${place}random.bin`))
        const whole = await client.response()
        assert.equal(whole.headers.get('transfer-encoding'), undefined)
        assert.ok(whole.body.equals(random))
      })

      it(`HEAD, 304, 412, 416 and multipart leave the connection in order: ${place}`, async () => {
        const client = await site.client()
        const head = message(`HEAD ${place}random.bin HTTP/1.1`, ['Host: a', 'Range: bytes=0-1'])
        client.send(head)
        const { status, headers } = await client.response('HEAD')
        assert.deepEqual([status, headers.get('content-length')], [200, String(random.length)])
        assert.equal(headers.get('accept-ranges'), 'bytes')
        const etag = headers.get('etag')
        const part = 'Range: bytes=10-19,4000000-4000009'
        client.send(
          get(`${place}random.bin`, `If-None-Match: ${etag}`) +
            get(`${place}random.bin`, 'If-Match: "other"') +
            get(`${place}random.bin`, 'Range: bytes=99999999-') +
            get(`${place}random.bin`, part) +
            get(`${place}page.txt`, 'Range: bytes=2-3'),
        )
        const modified = await client.response()
        assert.deepEqual([modified.status, modified.headers.get('etag')], [304, etag])
        assert.equal((await client.response()).status, 412)
        const unsatisfiable = await client.response()
        assert.equal(unsatisfiable.status, 416)
        assert.equal(unsatisfiable.headers.get('content-range'), `bytes */${random.length}`)
        const multipart = await client.response()
        assert.equal(multipart.status, 206)
        assert.equal(multipart.headers.get('content-length'), String(multipart.body.length))
        assert.ok(multipart.body.includes(random.subarray(10, 20)))
        assert.ok(multipart.body.includes(random.subarray(4_000_000, 4_000_010)))
        assert.equal(String((await client.response()).body), '23')
      })

      it(`200 clients that leave leave no file open: ${place}`, onLinux, async () => {
        const target = `${place}huge.bin`
        const before = site.server.connections()
        const lines = [[], ['Range: bytes=5-50000000'], ['Range: bytes=5-6,100-50000000']]
        const staying: RawClient[] = []
        await Promise.all(
          Array.from({ length: 200 }, async (_, index) => {
            const client = await site.client()
            client.send(get(target, ...(lines[Math.floor(index / 3) % 3] ?? [])))
            // Some go at once, some in the middle of the reply, some when they have its head.
            if (index % 3 === 0) return client.destroy()
            if (index % 3 === 1) await turns(index % 20)
            if (index % 3 === 2) await client.head()
            client.pause()
            staying.push(client)
          }),
        )
        assert.ok(site.openFiles() >= 50, `${site.openFiles()} files are open while clients read them`)
        for (const client of staying) client.destroy()
        await until(() => site.server.connections() <= before && site.openFiles() === 0)
      })
    }

    it('a slow reader keeps memory bounded, and gets every byte', async () => {
      const socket = connect(site.port, '127.0.0.1')
      await once(socket, 'connect')
      const before = process.memoryUsage().arrayBuffers
      socket.pause()
      socket.write(get('/static/huge.bin', 'Connection: close'))
      await until(() => site.openFiles() === 1)
      await turns(2000)
      const grown = process.memoryUsage().arrayBuffers - before
      assert.ok(grown < 8 * mebibyte, `${grown} bytes are held for a client that does not read`)
      const hash = createHash('sha256')
      let size = 0
      let inBody = false
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        const start = inBody ? 0 : chunk.indexOf('\r\n\r\n') + 4
        inBody = true
        size += chunk.length - start
        hash.update(chunk.subarray(start))
      }
      assert.equal(size, 64 * mebibyte)
      const zeros = createHash('sha256')
        .update(Buffer.alloc(64 * mebibyte))
        .digest('hex')
      assert.equal(hash.digest('hex'), zeros)
      await until(() => site.openFiles() === 0)
    })

    it('a file that shrinks while it is sent breaks the reply', async () => {
      await using other = await startSite({ backend })
      const file = join(other.root, 'shrinking.bin')
      for (const target of ['/static/shrinking.bin', '/download/shrinking.bin']) {
        other.write('public/shrinking.bin', '')
        truncateSync(file, 64 * mebibyte)
        const client = await other.client()
        client.send(get(target))
        const { headers } = await client.head()
        client.pause()
        assert.equal(headers.get('content-length'), String(64 * mebibyte))
        truncateSync(file, mebibyte)
        client.resume()
        const received = await client.closed()
        assert.ok(received.length < 64 * mebibyte)
        await until(() => other.openFiles() === 0 && other.outcomes.length > 0)
        assert.equal((other.errors.pop() as { code?: string }).code, 'ZZZ_FILE_CHANGED')
        assert.deepEqual(other.errors, [])
        const outcome = other.outcomes.pop()
        assert.deepEqual([outcome?.status, outcome?.aborted], [200, true])
      }
    })

    it('a compressed neighbour is chosen on the wire as well', async () => {
      site.write('public/app.js', 'plain')
      site.write('public/app.js.br', 'brotli')
      const client = await site.client()
      client.send(
        get('/static/app.js', 'Accept-Encoding: gzip', 'Accept-Encoding: br') + get('/static/app.js'),
      )
      const [compressed, plain] = [await client.response(), await client.response()]
      assert.deepEqual(
        [compressed.headers.get('content-encoding'), String(compressed.body)],
        ['br', 'brotli'],
      )
      assert.deepEqual([plain.headers.get('content-encoding'), String(plain.body)], [undefined, 'plain'])
      assert.notEqual(compressed.headers.get('etag'), plain.headers.get('etag'))
    })
  })
}
