import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { ExampleProcess } from '../example-process.ts'
import { without } from '../tls/tools.ts'

for (const backend of ['zzz', 'node']) {
  describe(`compression, caching and events of the example on ${backend}`, { skip: without('curl') }, () => {
    let example: ExampleProcess
    before(async () => {
      example = await ExampleProcess.start({ BACKEND: backend })
    })
    after(() => example[Symbol.asyncDispose]())

    const curl = (...args: string[]) => {
      const { stdout, status } = spawnSync('curl', ['--silent', '--show-error', ...args], {
        encoding: 'utf8',
      })
      assert.equal(status, 0)
      return stdout
    }

    it('GET /big is 200 KB, compressed for who wants it', async () => {
      const plain = await fetch(`${example.url}/big`, { headers: { 'accept-encoding': 'identity' } })
      const text = await plain.text()
      assert.deepEqual([text.length, plain.headers.get('content-encoding')], [204_800, null])
      assert.equal(plain.headers.get('vary'), 'accept-encoding')
      for (const coding of ['gzip', 'deflate', 'br', 'zstd']) {
        const headers = { 'accept-encoding': coding }
        const response = await fetch(`${example.url}/big`, { headers })
        assert.equal(response.headers.get('content-encoding'), coding)
        if (coding !== 'zstd') assert.equal(await response.text(), text)
        const sizes = curl(
          '-o',
          '/dev/null',
          '-w',
          '%{size_download}',
          '-H',
          `Accept-Encoding: ${coding}`,
          `${example.url}/big`,
        )
        assert.ok(Number(sizes) < 10_000, sizes)
      }
      assert.equal(curl('--compressed', `${example.url}/big`), text)
      assert.match(curl('--compressed', '--head', `${example.url}/big`), /content-encoding: /i)
    })

    it('GET /big in a range is whole, since it knows no ranges', async () => {
      const headers = { range: 'bytes=0-9', 'accept-encoding': 'gzip' }
      assert.equal((await fetch(`${example.url}/big`, { headers })).status, 200)
    })

    it('GET /cached is made once in two seconds, and has a strong tag', async () => {
      const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${example.url}/cached`)))
      const tags = new Set(responses.map(({ headers }) => headers.get('etag')))
      const texts = new Set(await Promise.all(responses.map((response) => response.text())))
      assert.deepEqual([tags.size, texts.size], [1, 1])
      const [tag] = tags
      assert.match(String(tag), /^"/)
      for (const { headers } of responses) assert.equal(headers.get('cache-control'), 'public, max-age=2')
      const headers = { 'if-none-match': String(tag), cookie: 'a=b' }
      const again = await fetch(`${example.url}/cached`, { headers })
      assert.deepEqual([again.status, again.headers.get('etag')], [304, tag])
    })

    it('GET /sse gives ten events, and those that are left to who comes back', async () => {
      const all = await fetch(`${example.url}/sse`)
      assert.equal(all.headers.get('content-type'), 'text/event-stream')
      assert.equal(all.headers.get('content-encoding'), null)
      const ids = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
      assert.deepEqual(ids(await all.text()), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      const rest = await fetch(`${example.url}/sse`, { headers: { 'last-event-id': '8' } })
      assert.deepEqual(ids(await rest.text()), [9, 10])
      const none = await fetch(`${example.url}/sse`, { headers: { 'last-event-id': '10' } })
      assert.equal(none.status, 204)
      const strange = ['-5', '3.5', '1e400', '0x9', 'x'].map((id) =>
        fetch(`${example.url}/sse`, { headers: { 'last-event-id': id } }).then((response) => response.text()),
      )
      for (const text of await Promise.all(strange)) assert.equal(ids(text).length, 10)
    })
  })
}
