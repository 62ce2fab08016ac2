import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { after, describe, it } from 'node:test'
import { buildExample } from './built-example.ts'
import { ExampleProcess } from './example-process.ts'
import { largeBody, mebibyte, mebibytes, peakMemory } from './large-body.ts'

/** Resident memory that the process may take with the body, in MB. At rest it takes 100. */
const ceiling = 150

/** Sends the body and reads what comes back, each no faster than the other side. */
async function echo(url: string, headers: Record<string, string>): Promise<void> {
  const upload = httpRequest(`${url}/echo`, { method: 'POST', agent: false, headers })
  const body = largeBody()
  const sent = pipeline(body.stream, upload)
  const [response] = (await once(upload, 'response')) as [IncomingMessage]
  assert.deepEqual([response.statusCode, response.headers['content-type']], [200, headers['content-type']])
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of response) {
    hash.update(piece)
    size += piece.length
  }
  await sent
  assert.equal(size, mebibytes * mebibyte)
  assert.equal(hash.digest('hex'), body.digest())
}

const built = await buildExample()
after(() => built.remove())

const skip = process.platform !== 'linux' && 'memory is read from /proc'

for (const backend of ['zzz', 'node']) {
  describe(`a body of ${mebibytes} MiB through POST /echo on ${backend}`, { skip }, () => {
    const framings = {
      'with its length': { 'content-length': String(mebibytes * mebibyte) },
      'in chunks': {},
    }
    for (const [name, headers] of Object.entries(framings)) {
      it(`${name} comes back as it was and takes less than ${ceiling} MB`, async (t) => {
        await using example = await ExampleProcess.start({ BACKEND: backend }, built.main)
        assert.equal((await fetch(`${example.url}/hello`)).status, 200)
        const rest = peakMemory(example.pid)
        await echo(example.url, { 'content-type': 'application/x-big', ...headers })
        const peak = peakMemory(example.pid)
        t.diagnostic(`${Math.round(peak)} MB, ${Math.round(rest)} MB of them at rest`)
        assert.ok(rest > 0 && peak < ceiling, `${peak} MB, ${rest} MB of them at rest`)
      })
    }
  })
}
