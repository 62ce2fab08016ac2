import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, describe, it } from 'node:test'
import { buildExample } from './built-example.ts'
import { ExampleProcess } from './example-process.ts'

const mebibyte = 1024 * 1024
const mebibytes = process.env.ZZZ_TEST_SIZE === 'full' ? 1024 : 64
/** Resident memory that the server process may reach, in MB. */
const ceiling = 150

/** A body of so many mebibytes, no two of them alike, and the digest of what was taken of it. */
function makeBody(): { stream: Readable; digest(): string } {
  const hash = createHash('sha1')
  const pattern = Buffer.from(Array.from({ length: mebibyte }, (_, index) => (index * 31) % 251))
  async function* generate(): AsyncGenerator<Buffer> {
    for (let count = 0; count < mebibytes; count++) {
      const piece = Buffer.from(pattern)
      piece.writeUInt32LE(count, count % 1000)
      hash.update(piece)
      yield piece
    }
  }
  return { stream: Readable.from(generate(), { objectMode: false }), digest: () => hash.digest('hex') }
}

/** Sends the body and reads what comes back, each no faster than the other side. */
async function echo(url: string, headers: Record<string, string>): Promise<void> {
  const upload = httpRequest(`${url}/echo`, { method: 'POST', agent: false, headers })
  const body = makeBody()
  const sent = pipeline(body.stream, upload)
  const [response] = (await once(upload, 'response')) as [IncomingMessage]
  assert.deepEqual([response.statusCode, response.headers['content-type']], [200, headers['content-type']])
  const hash = createHash('sha1')
  let size = 0
  for await (const piece of response) {
    hash.update(piece)
    size += piece.length
  }
  await sent
  assert.equal(size, mebibytes * mebibyte)
  assert.equal(hash.digest('hex'), body.digest())
}

/** The most resident memory that a process ever had, in MB. */
function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1000
}

const built = buildExample()
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
        await echo(example.url, { 'content-type': 'application/x-big', ...headers })
        const peak = peakMemory(example.pid)
        t.diagnostic(`${Math.round(peak)} MB`)
        assert.ok(peak > 0 && peak < ceiling, `${peak} MB`)
      })
    }
  })
}
