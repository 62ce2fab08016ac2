import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openBody } from '../body-producer.ts'
import { discardBody, type Reply } from '../reply.ts'
import { Request } from '../request.ts'
import { type SendFileOptions, sendFile } from './send-file.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'zzz-send-file-')))
after(() => rmSync(folder, { recursive: true }))

const text = '0123456789abcdefghijklmnopqrstuvwxyz'
const large = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
const modified = new Date('2026-01-02T03:04:05Z')
const lastModified = 'Fri, 02 Jan 2026 03:04:05 GMT'

mkdirSync(join(folder, 'sub/.hidden'), { recursive: true })
const files: Readonly<Record<string, string | Buffer>> = {
  'page.txt': text,
  'large.bin': large,
  'empty.txt': '',
  'sub/naïve €.txt': text,
  'sub/.hidden/x.txt': 'secret',
  '.env': 'secret',
}
for (const [name, content] of Object.entries(files)) {
  writeFileSync(join(folder, name), content)
  utimesSync(join(folder, name), modified, modified)
}
symlinkSync('/etc/hostname', join(folder, 'link'))

type Headers = Readonly<Record<string, string>>

function request(headers: Headers = {}, method = 'GET'): Request {
  const peer = { remoteAddress: undefined, remotePort: undefined, encrypted: false }
  return new Request(method, '/download', '1.1', Object.entries(headers).flat(), null, peer)
}

async function bytesOf({ body }: Reply): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0)
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body)
  const producer = openBody(body as Exclude<typeof body, { kind: 'upgrade' }>)
  const pieces: Uint8Array[] = []
  for (let piece = await producer.next(); piece !== null; piece = await producer.next())
    pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

const send = (name: string, headers: Headers = {}, options: SendFileOptions = {}, method = 'GET') =>
  sendFile(request(headers, method), name, { root: folder, ...options })

/** How many descriptors of this process lead into the folder. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length
}

describe('sendFile', () => {
  it('carries the file with its type, validators and Accept-Ranges', async () => {
    const reply = await send('page.txt')
    assert.equal(reply.statusCode, 200)
    const headers = Object.fromEntries(reply.headers)
    assert.match(headers.etag ?? '', /^"[\w-]{22}"$/)
    delete headers.etag
    assert.deepEqual(headers, {
      'content-type': 'text/plain; charset=utf-8',
      'last-modified': lastModified,
      'accept-ranges': 'bytes',
    })
    assert.equal(String(await bytesOf(reply)), text)
    assert.deepEqual(await bytesOf(await send('large.bin')), large)
    assert.equal((await bytesOf(await send('empty.txt'))).length, 0)
  })

  it('has tags that change with the content and are strong', async () => {
    for (const size of [1000, 200_000]) {
      const file = join(folder, 'changing.bin')
      const tags = new Set<string | undefined>()
      for (const letter of ['a', 'b']) {
        writeFileSync(file, letter.repeat(size))
        utimesSync(file, modified, modified)
        let tag: string | undefined
        // A large file that changed just now has a weak tag until its time tells it from a later state.
        do {
          const reply = await send('changing.bin')
          tag = reply.headers.get('etag')
          await discardBody(reply.body)
        } while (tag?.startsWith('W/'))
        tags.add(tag)
      }
      assert.equal(tags.size, 2, `same size, same Last-Modified: ${[...tags]}`)
    }
  })

  it('takes options', async () => {
    const reply = await send(
      'page.txt',
      {},
      {
        type: 'text/x-special',
        cacheControl: 'private',
        etag: false,
        headers: { 'X-Robots-Tag': 'none' },
        status: 203,
      },
    )
    assert.equal(reply.statusCode, 203)
    assert.deepEqual(Object.fromEntries(reply.headers), {
      'content-type': 'text/x-special',
      'cache-control': 'private',
      'last-modified': lastModified,
      'accept-ranges': 'bytes',
      'x-robots-tag': 'none',
    })
    const tagged = { headers: { etag: '"mine"' } }
    assert.equal((await send('page.txt', { 'if-none-match': '"mine"' }, tagged)).statusCode, 304)
  })

  it("makes a download under the file's own name or another", async () => {
    const disposition = async (name: string, download: boolean | string) =>
      (await send(name, {}, { download })).headers.get('content-disposition')
    assert.equal(await disposition('page.txt', true), 'attachment; filename="page.txt"')
    assert.equal(await disposition('page.txt', 'a.txt'), 'attachment; filename="a.txt"')
    assert.equal(await disposition('page.txt', false), undefined)
    assert.match(
      (await disposition('sub/naïve €.txt', true)) ?? '',
      /filename\*=UTF-8''na%C3%AFve%20%E2%82%AC\.txt/,
    )
  })

  it('answers 304 with what a cache needs, and nothing about the content', async () => {
    const etag = (await send('page.txt')).headers.get('etag') as string
    const options = { cacheControl: 'no-cache', download: true, headers: { vary: 'cookie' } }
    const reply = await send('page.txt', { 'if-none-match': etag }, options)
    assert.equal(reply.statusCode, 304)
    assert.equal(reply.body, null)
    assert.deepEqual(Object.fromEntries(reply.headers), { 'cache-control': 'no-cache', etag, vary: 'cookie' })
    const dated = await send('page.txt', { 'if-modified-since': lastModified }, { etag: false })
    assert.deepEqual([dated.statusCode, [...dated.headers]], [304, [['last-modified', lastModified]]])
  })

  it('answers 412 and 416 by throwing them', async () => {
    await assert.rejects(send('page.txt', { 'if-match': '"other"' }), {
      code: 'ZZZ_PRECONDITION_FAILED',
      status: 412,
    })
    await assert.rejects(send('large.bin', { range: 'bytes=200000-' }), {
      code: 'ZZZ_RANGE_UNSATISFIABLE',
      status: 416,
      headers: { 'content-range': 'bytes */200000', 'accept-ranges': 'bytes' },
    })
  })

  it('answers a range with 206, from memory and from the file', async () => {
    for (const [name, content] of [
      ['page.txt', Buffer.from(text)],
      ['large.bin', large],
    ] as const) {
      const size = content.length
      const rows: readonly [range: string, first: number, last: number][] = [
        ['bytes=0-0', 0, 0],
        ['bytes=5-9', 5, 9],
        ['bytes=-7', size - 7, size - 1],
        ['bytes=30-', 30, size - 1],
        ['bytes=-9999999', 0, size - 1],
      ]
      for (const [range, first, last] of rows) {
        const reply = await send(name, { range })
        assert.equal(reply.statusCode, 206)
        assert.equal(reply.headers.get('content-range'), `bytes ${first}-${last}/${size}`)
        assert.deepEqual(await bytesOf(reply), content.subarray(first, last + 1), `${name} ${range}`)
      }
    }
  })

  it('answers several ranges with multipart/byteranges of the declared length', async () => {
    for (const [name, content] of [
      ['page.txt', Buffer.from(text)],
      ['large.bin', large],
    ] as const) {
      const reply = await send(name, { range: 'bytes=0-4,10-19,-3' })
      assert.equal(reply.statusCode, 206)
      const type = reply.headers.get('content-type') ?? ''
      const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(type)?.[1]
      const plain = (await send(name)).headers.get('content-type')
      const size = content.length
      const part = (first: number, last: number) =>
        `--${boundary}\r\ncontent-type: ${plain}\r\ncontent-range: bytes ${first}-${last}/${size}\r\n\r\n` +
        `${content.toString('latin1', first, last + 1)}\r\n`
      const expected = `${part(0, 4)}${part(10, 19)}${part(size - 3, size - 1)}--${boundary}--\r\n`
      const body = await bytesOf(reply)
      assert.equal(body.toString('latin1'), expected)
      assert.equal(reply.headers.get('content-length'), String(body.length))
      assert.equal(reply.headers.get('content-range'), undefined)
    }
  })

  it('ignores ranges that are malformed, conditional on another state, of HEAD, or of another status', async () => {
    const full = async (headers: Headers, options: SendFileOptions = {}, method = 'GET') => {
      const reply = await send('page.txt', headers, options, method)
      return [reply.statusCode, reply.headers.has('content-range'), (await bytesOf(reply)).length]
    }
    assert.deepEqual(await full({ range: 'bytes=a-b' }), [200, false, text.length])
    assert.deepEqual(await full({ range: 'bytes=0-1', 'if-range': '"other"' }), [200, false, text.length])
    assert.deepEqual(await full({ range: 'bytes=0-1' }, { status: 404 }), [404, false, text.length])
    assert.deepEqual(await full({ range: 'bytes=0-1' }, {}, 'HEAD'), [200, false, 0])
    const etag = (await send('page.txt')).headers.get('etag') as string
    assert.equal((await send('page.txt', { range: 'bytes=0-1', 'if-range': etag })).statusCode, 206)
    assert.equal((await send('page.txt', { range: 'bytes=0-1', 'if-range': lastModified })).statusCode, 206)
  })

  it('answers HEAD with the length and nothing open', async () => {
    for (const [name, length] of [
      ['page.txt', text.length],
      ['large.bin', large.length],
    ] as const) {
      const reply = await send(name, {}, {}, 'HEAD')
      assert.deepEqual([reply.body, reply.headers.get('content-length')], [null, String(length)])
    }
  })

  it('finds nothing where the path is not safe below its root', async () => {
    const paths = [
      ...[
        'missing',
        'sub',
        '',
        '.',
        '..',
        '../etc/passwd',
        'sub/../page.txt',
        '/etc/passwd',
        `${folder}/page.txt`,
      ],
      ...['page.txt/', 'page.txt/x', 'sub//x', '..\\etc', 'page.txt\0', 'link', '.env', 'sub/.hidden/x.txt'],
      ...['%2e%2e/x', '..%2fx', 'C:\\x', 'C:/x', 'x'.repeat(5000)],
    ]
    for (const path of paths) {
      await assert.rejects(send(path), { code: 'ZZZ_NOT_FOUND', status: 404 }, JSON.stringify(path))
    }
  })

  it('without a root takes an absolute path, also a hidden or linked one, and no relative one', async () => {
    const trusted = (path: string) => sendFile(request(), path)
    assert.equal(String(await bytesOf(await trusted(join(folder, 'page.txt')))), text)
    assert.equal((await trusted(join(folder, '.env'))).statusCode, 200)
    assert.equal((await trusted(join(folder, 'link'))).statusCode, 200)
    await assert.rejects(trusted(folder), { code: 'ZZZ_NOT_FOUND' })
    await assert.rejects(trusted('page.txt'), { code: 'ZZZ_FILE_PATH' })
    await assert.rejects(trusted('../page.txt'), { code: 'ZZZ_FILE_PATH' })
    await assert.rejects(trusted('/dev/null'), { code: 'ZZZ_NOT_FOUND' })
  })

  it('refuses impossible options', async () => {
    const wrong = [{ rot: '/' }, { status: '200' }, { etag: 1 }, { download: 1 }, { root: '' }, { type: '' }]
    for (const options of wrong) {
      const misuse = options as SendFileOptions
      await assert.rejects(
        send('page.txt', {}, misuse),
        { code: 'ZZZ_OPTION_INVALID' },
        JSON.stringify(options),
      )
    }
    await assert.rejects(send('page.txt', {}, { headers: { 'x-a': 'b\r\nc' } }), {
      code: 'ZZZ_HEADER_INVALID',
    })
    await assert.rejects(send('large.bin', {}, { status: 700 }), { code: 'ZZZ_STATUS_INVALID' })
  })

  it('breaks off when the file shrinks while it is sent', async () => {
    writeFileSync(join(folder, 'shrinking.bin'), large)
    for (const headers of [{}, { range: 'bytes=0-9,150000-160000' }]) {
      writeFileSync(join(folder, 'shrinking.bin'), large)
      const reply = await send('shrinking.bin', headers)
      truncateSync(join(folder, 'shrinking.bin'), 100)
      await assert.rejects(bytesOf(reply), { code: 'ZZZ_FILE_CHANGED' })
      await discardBody(reply.body)
    }
  })

  it('leaves no file open, whatever becomes of the reply', {
    skip: process.platform !== 'linux',
  }, async () => {
    const wholes = [{}, { range: 'bytes=5-70000' }, { range: 'bytes=5-70000,80000-90000' }]
    for (const headers of wholes) {
      await bytesOf(await send('large.bin', headers))
      await discardBody((await send('large.bin', headers)).body)
      const body = (await send('large.bin', headers)).body as AsyncIterable<Uint8Array>
      const producer = openBody(body)
      await producer.next()
      producer.cancel()
    }
    await send('large.bin', {}, {}, 'HEAD')
    await send('large.bin', { 'if-modified-since': lastModified })
    await send('large.bin', { 'if-match': '"x"' }).catch(() => {})
    await send('large.bin', { range: 'bytes=999999-' }).catch(() => {})
    while (openFiles() > 0) await new Promise((resolve) => setImmediate(resolve))
  })
})
