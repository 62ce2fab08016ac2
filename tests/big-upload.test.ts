import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { after, describe, it } from 'node:test'
import { buildExample } from './built-example.ts'
import { ExampleProcess } from './example-process.ts'
import { largeBody, mebibyte, mebibytes, peakMemory } from './large-body.ts'

/**
 * Resident memory that the process may take with the file, in MB. At rest it takes 100; most of the rest is dead buffers,
 * of which V8 lets 64 MB gather.
 */
const ceiling = 200

/** A form with a field and a large file, and the digest of what was taken of the file. */
function largeForm(): { stream: Readable; digest(): string } {
  const file = largeBody()
  async function* generate(): AsyncGenerator<Buffer> {
    yield Buffer.from('--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nlarge\r\n')
    yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n')
    yield* file.stream
    yield Buffer.from('\r\n--b--\r\n')
  }
  return { stream: Readable.from(generate(), { objectMode: false }), digest: file.digest }
}

const built = await buildExample()
const directory = mkdtempSync(join(tmpdir(), 'zzz-big-upload-'))
after(() => {
  built.remove()
  rmSync(directory, { recursive: true })
})

const skip = process.platform !== 'linux' && 'memory is read from /proc'

for (const backend of ['zzz', 'node']) {
  describe(`a file of ${mebibytes} MiB through POST /upload on ${backend}`, { skip }, () => {
    it(`arrives as it was, takes less than ${ceiling} MB, and leaves nothing behind`, async (t) => {
      await using example = await ExampleProcess.start({ BACKEND: backend, TMPDIR: directory }, built.main)
      assert.equal((await fetch(`${example.url}/hello`)).status, 200)
      const rest = peakMemory(example.pid)
      const upload = httpRequest(`${example.url}/upload`, {
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      })
      const form = largeForm()
      const answered = once(upload, 'response')
      await pipeline(form.stream, upload)
      const [response] = (await answered) as [IncomingMessage]
      const size = mebibytes * mebibyte
      assert.deepEqual(await json(response), {
        fields: { title: 'large' },
        files: [
          {
            field: 'file',
            filename: 'large.bin',
            type: 'application/octet-stream',
            size,
            sha256: form.digest(),
          },
        ],
      })
      const peak = peakMemory(example.pid)
      t.diagnostic(`${Math.round(peak)} MB, ${Math.round(rest)} MB of them at rest`)
      assert.ok(rest > 0 && peak < ceiling, `${peak} MB, ${rest} MB of them at rest`)
      while (readdirSync(directory).length > 0) await new Promise(setImmediate)
    })
  })
}
