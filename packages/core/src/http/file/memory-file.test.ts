import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Reply } from '../reply.ts'
import { makeRequest } from '../request.suite.ts'
import { createMemoryFile } from './memory-file.ts'

const content = Buffer.from('let text = "x"\n'.repeat(100))
const file = createMemoryFile(content, 'text/javascript; charset=utf-8')
const ask = (headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  file.reply(makeRequest({ method, headers }), 'no-cache')
const bytesOf = ({ body }: Reply) => Buffer.from(body as Uint8Array)

describe('a file in memory', () => {
  it('is sent as it is, with what caches need', async () => {
    const reply = await ask()
    assert.equal(reply.statusCode, 200)
    assert.deepEqual(Object.fromEntries(reply.headers), {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      etag: `"${file.fingerprint}"`,
      'accept-ranges': 'bytes',
    })
    assert.deepEqual(bytesOf(reply), content)
  })

  it('is sent in the smallest form that the client takes, each with a tag of its own', async () => {
    const best = await ask({ 'accept-encoding': 'gzip, deflate, br, zstd' })
    assert.equal(best.headers.get('content-encoding'), 'br')
    assert.deepEqual(brotliDecompressSync(bytesOf(best)), content)
    const zipped = await ask({ 'accept-encoding': 'gzip' })
    assert.deepEqual(gunzipSync(bytesOf(zipped)), content)
    const again = await ask({ 'accept-encoding': 'gzip' })
    assert.equal(again.body, zipped.body)
    const tags = [best, zipped, await ask()].map(({ headers }) => headers.get('etag'))
    assert.equal(new Set(tags).size, 3)
  })

  it('is not sent again to who has it', async () => {
    const etag = `"${file.fingerprint}-br"`
    const reply = await ask({ 'accept-encoding': 'br', 'if-none-match': etag })
    assert.deepEqual([reply.statusCode, reply.body, reply.headers.get('etag')], [304, null, etag])
    assert.equal((await ask({ 'if-none-match': etag })).statusCode, 200)
    assert.equal((await ask({ 'if-modified-since': new Date().toUTCString() })).statusCode, 200)
  })

  it('answers HEAD and ranges', async () => {
    const head = await ask({}, 'HEAD')
    assert.deepEqual([head.body, head.headers.get('content-length')], [null, String(content.length)])
    const part = await ask({ range: 'bytes=4-7' })
    assert.deepEqual([part.statusCode, bytesOf(part).toString()], [206, 'text'])
    await assert.rejects(ask({ range: 'bytes=9999-' }), { code: 'ZZZ_RANGE_UNSATISFIABLE' })
    await assert.rejects(ask({ 'if-match': '"other"' }), { code: 'ZZZ_PRECONDITION_FAILED' })
  })
})
