import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { createApp } from '../../app/app.ts'
import type { Handler } from '../../context/middleware.ts'
import { fileRange } from '../../http/file/file-range.ts'
import { get } from '../../router/route.ts'
import { etag } from '../etag.ts'
import { type CompressOptions, compress } from './compress.ts'

const manifest = new URL('../../../package.json', import.meta.url).pathname
const text = 'The quick brown fox jumps over the lazy dog. '.repeat(100)
const decoders: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  zstd: zstdDecompressSync,
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
}

interface Asked {
  readonly accept?: string | undefined
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly options?: CompressOptions
}

/** What a client gets of a handler behind `compress`: headers, and the body decoded by what they say. */
async function ask(handler: Handler, { accept = 'gzip', method = 'GET', headers, options }: Asked = {}) {
  const app = createApp({ environment: 'test', use: [compress(options)], routes: [get('/', handler)] })
  const response = await app.fetch('/', { method, headers: { 'accept-encoding': accept, ...headers } })
  const bytes = await response.bytes()
  const coding = response.headers.get('content-encoding')
  const plain = coding === null || bytes.length === 0
  const body = (plain ? Buffer.from(bytes) : decoders[coding]?.(bytes))?.toString()
  return { response, coding, vary: response.headers.get('vary'), size: bytes.length, body }
}

const plainText: Handler = (ctx) => ctx.text(text)

describe('compress: the choice (RFC 9110 12.5.3)', () => {
  const rows: readonly [accept: string, coding: string | null][] = [
    ['', null],
    ['identity', null],
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['deflate', 'deflate'],
    ['br', 'br'],
    ['zstd', 'zstd'],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip;q=1, br;q=0.9, zstd;q=0.8', 'gzip'],
    ['gzip;q=0.5, br;q=0.5, zstd;q=0', 'br'],
    ['gzip;q=0', null],
    ['*', 'zstd'],
    ['*;q=0', null],
    ['gzip;q=0, *', 'zstd'],
    ['*;q=0.1, gzip;q=0.2', 'gzip'],
    ['identity, gzip;q=0.5', null],
    ['identity;q=0.1, deflate;q=0.2', 'deflate'],
    ['identity;q=0, br', 'br'],
    ['identity;q=0', null],
    ['compress, exi', null],
    [';;,=q, gzip', 'gzip'],
  ]
  for (const [accept, expected] of rows) {
    it(`${JSON.stringify(accept)}: ${expected ?? 'plain'}`, async () => {
      const { coding, body, size, vary, response } = await ask(plainText, { accept })
      assert.deepEqual([coding, body, vary], [expected, text, 'accept-encoding'])
      assert.equal(size < text.length, expected !== null)
      assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
    })
  }

  it('is plain without the field', async () => {
    const app = createApp({ use: [compress()], routes: [get('/', plainText)] })
    const response = await app.fetch('/')
    assert.deepEqual([await response.text(), response.headers.get('content-encoding')], [text, null])
    assert.equal(response.headers.get('vary'), 'accept-encoding')
  })

  it('is among the codings offered, in their order', async () => {
    const options: CompressOptions = { encodings: ['gzip', 'br'] }
    assert.equal((await ask(plainText, { accept: 'br, gzip, zstd', options })).coding, 'gzip')
    assert.equal((await ask(plainText, { accept: 'zstd', options })).coding, null)
  })
})

describe('compress: the body', () => {
  const bytes = Buffer.from(text)
  const large = text.repeat(100)
  const kinds: Readonly<Record<string, Handler>> = {
    text: (ctx) => ctx.text(text),
    'non-ASCII text': (ctx) => ctx.text(`äöü€😀${text}`),
    bytes: (ctx) => ctx.respond(bytes, { type: 'text/css' }),
    'large text': (ctx) => ctx.text(large),
    'large bytes': (ctx) => ctx.respond(Buffer.from(large), { type: 'text/css' }),
    generator: (ctx) => ctx.stream(pieces(), { type: 'text/plain' }),
    'web stream': (ctx) =>
      ctx.stream(new Response(text).body as ReadableStream<Uint8Array>, { type: 'text/css' }),
    'web response': () => new Response(text, { headers: { 'content-type': 'text/css' } }),
    file: async (ctx) => ctx.respond(await fileRange(import.meta.filename), { type: 'text/plain' }),
    'file of sendFile': (ctx) => ctx.sendFile(manifest),
  }
  async function* pieces() {
    yield ''
    for (const word of text.split(/(?= )/)) yield word
    yield new Uint8Array()
  }
  for (const [kind, handler] of Object.entries(kinds)) {
    for (const accept of Object.keys(decoders)) {
      it(`${accept} of ${kind}`, async () => {
        const { coding, body, size } = await ask(handler, { accept })
        const plain = await ask(handler, { accept: 'identity' })
        assert.equal(coding, accept)
        assert.equal(body, plain.body)
        assert.ok(size < plain.size / 2)
      })
    }
  }

  it('is compressed as a whole where the source is fast', async () => {
    const { size } = await ask((ctx) => ctx.stream(pieces(), { type: 'text/plain' }))
    const { size: whole } = await ask(plainText)
    assert.ok(size < whole + 32, `${size} bytes, in one piece ${whole}`)
  })

  it('breaks off when its source does', async () => {
    async function* broken() {
      yield text
      throw new Error('broken')
    }
    for (const accept of Object.keys(decoders)) {
      await assert.rejects(
        ask((ctx) => ctx.stream(broken(), { type: 'text/plain' }), { accept }),
        /broken/,
      )
    }
  })

  it('has a level', async () => {
    const dense = await ask(plainText, { accept: 'br', options: { levels: { br: 11 } } })
    const fast = await ask(plainText, { accept: 'br', options: { levels: { br: 1 } } })
    assert.ok(dense.size < fast.size)
    assert.equal(dense.body, text)
  })
})

describe('compress: what is left alone', () => {
  const rows: Readonly<Record<string, Handler>> = {
    'a small body': (ctx) => ctx.text(text.slice(0, 1023)),
    'a stream that is known to be small': (ctx) =>
      ctx
        .stream(new Response('12').body as ReadableStream<Uint8Array>, { type: 'text/css' })
        .header('content-length', '2'),
    'a type that is compressed': (ctx) => ctx.respond(Buffer.from(text), { type: 'image/png' }),
    'an unknown type': (ctx) => ctx.respond(Buffer.from(text)),
    'no type': async (ctx) => {
      const reply = ctx.text(text)
      reply.headers.delete('content-type')
      return reply
    },
    'an event stream': (ctx) => ctx.respond(text, { type: 'text/event-stream' }),
    'what may not be transformed': (ctx) => ctx.text(text).header('cache-control', 'public, No-Transform'),
    'an empty reply': (ctx) => ctx.empty(),
    'an empty body': (ctx) => ctx.text(''),
    'a part': (ctx) => ctx.text(text, 206),
    'a refused range': (ctx) => ctx.text(text, 416).header('content-range', 'bytes */9'),
    'what is summed up': (ctx) => ctx.text(text).header('content-digest', 'sha-256=:x:'),
  }
  for (const [what, handler] of Object.entries(rows)) {
    it(what, async () => {
      const { coding, vary, response } = await ask(handler)
      assert.deepEqual([coding, vary], [null, null])
      assert.ok(response.status < 500)
    })
  }

  it('what has a coding', async () => {
    const app = createApp({
      use: [compress(), compress()],
      routes: [get('/', plainText), get('/own', (ctx) => ctx.text(text).header('content-encoding', 'x-own'))],
    })
    const twice = await app.fetch('/', { headers: { 'accept-encoding': 'gzip' } })
    assert.equal(gunzipSync(await twice.bytes()).toString(), text)
    assert.deepEqual(
      [twice.headers.get('content-encoding'), twice.headers.get('vary')],
      ['gzip', 'accept-encoding'],
    )
    const own = await app.fetch('/own', { headers: { 'accept-encoding': 'gzip' } })
    assert.deepEqual(
      [await own.text(), own.headers.get('content-encoding'), own.headers.get('vary')],
      [text, 'x-own', null],
    )
  })

  it('less by a lower threshold, more by a higher one', async () => {
    assert.equal((await ask((ctx) => ctx.text('a'), { options: { threshold: 1 } })).coding, 'gzip')
    assert.equal((await ask(plainText, { options: { threshold: text.length + 1 } })).coding, null)
    assert.equal((await ask(plainText, { options: { threshold: text.length } })).coding, 'gzip')
  })

  it('counts bytes, not characters', async () => {
    assert.equal((await ask((ctx) => ctx.text('€'.repeat(342)))).coding, 'gzip')
  })

  it('nothing, where the client refuses the plain form', async () => {
    const accept = 'identity;q=0, gzip'
    const small = await ask((ctx) => ctx.text('a'), { accept })
    assert.deepEqual([small.coding, small.body, small.vary], ['gzip', 'a', 'accept-encoding'])
    assert.equal((await ask((ctx) => ctx.respond(Buffer.from('png')), { accept })).coding, 'gzip')
  })

  it('not a type that was added', async () => {
    const handler: Handler = (ctx) => ctx.respond(text, { type: 'application/x-map; v=1' })
    assert.equal((await ask(handler)).coding, null)
    assert.equal((await ask(handler, { options: { types: ['application/X-Map'] } })).coding, 'gzip')
  })
})

describe('compress: headers', () => {
  it('weakens a strong entity tag of what it compresses, and only that', async () => {
    const tagged: Handler = (ctx) => ctx.text(text).header('etag', '"a"')
    assert.equal((await ask(tagged)).response.headers.get('etag'), 'W/"a"')
    assert.equal((await ask(tagged, { accept: 'identity' })).response.headers.get('etag'), '"a"')
    const weak: Handler = (ctx) => ctx.text(text).header('etag', 'W/"a"')
    assert.equal((await ask(weak)).response.headers.get('etag'), 'W/"a"')
  })

  it('says the same in the Vary of a 304 as in that of the 200', async () => {
    const handlers: readonly (readonly [Handler, vary: string | null])[] = [
      [plainText, 'accept-encoding'],
      [(ctx) => ctx.text('short'), null],
      [(ctx) => ctx.respond(Buffer.alloc(5000), { type: 'image/png' }), null],
      [(ctx) => ctx.text(text).header('cache-control', 'no-transform'), null],
      [(ctx) => ctx.sendFile(manifest), 'accept-encoding'],
      [
        (ctx) => ctx.stream(Readable.from([text]), { type: 'text/plain' }).header('etag', '"s"'),
        'accept-encoding',
      ],
    ]
    for (const [handler, vary] of handlers) {
      const app = createApp({ environment: 'test', use: [compress(), etag()], routes: [get('/', handler)] })
      for (const method of ['GET', 'HEAD']) {
        const whole = await app.fetch('/', { method, headers: { 'accept-encoding': 'identity' } })
        await whole.bytes()
        const headers = { 'accept-encoding': 'identity', 'if-none-match': whole.headers.get('etag') ?? '' }
        const known = await app.fetch('/', { method, headers })
        assert.equal(known.status, 304)
        assert.deepEqual([whole.headers.get('vary'), known.headers.get('vary')], [vary, vary])
      }
    }
  })

  it('names the tag that the client has in a 304', async () => {
    const handler: Handler = (ctx) => ctx.empty(304).header('etag', '"a"')
    for (const [field, tag, vary] of [
      ['W/"a"', 'W/"a"', 'accept-encoding'],
      ['"b", W/"a"', 'W/"a"', 'accept-encoding'],
      ['"a"', '"a"', null],
      ['*', '"a"', null],
    ] as const) {
      const { response } = await ask(handler, { headers: { 'if-none-match': field } })
      assert.deepEqual([response.headers.get('etag'), response.headers.get('vary')], [tag, vary], field)
    }
  })

  it('drops the length and the ranges of the plain form, and keeps what was said of Vary', async () => {
    const handler: Handler = (ctx) =>
      ctx
        .text(text)
        .header('content-length', String(text.length))
        .header('accept-ranges', 'bytes')
        .header('vary', 'Accept-Language')
    const { response } = await ask(handler)
    assert.deepEqual(
      [...response.headers].map(([name]) => name),
      ['content-encoding', 'content-type', 'vary'],
    )
    assert.equal(response.headers.get('vary'), 'Accept-Language, accept-encoding')
  })

  it('answers HEAD as the GET, with a body at hand or only its length', async () => {
    const handlers: readonly Handler[] = [
      plainText,
      (ctx) =>
        ctx.method === 'HEAD'
          ? ctx.respond(null, { type: 'text/css' }).header('content-length', '5000')
          : ctx.text(text),
    ]
    for (const handler of handlers) {
      const { response, size } = await ask(handler, { method: 'HEAD' })
      assert.deepEqual([response.headers.get('content-encoding'), size], ['gzip', 0])
      assert.deepEqual(
        [response.headers.get('vary'), response.headers.get('content-length')],
        ['accept-encoding', null],
      )
    }
    const { response } = await ask((ctx) => ctx.respond(null, { type: 'text/css' }), { method: 'HEAD' })
    assert.equal(response.headers.get('content-encoding'), null)
  })

  it('answers ranges of a file from its plain form, and whole files compressed', async () => {
    const handler: Handler = (ctx) => ctx.sendFile(manifest)
    const whole = await ask(handler)
    assert.deepEqual([whole.coding, whole.response.headers.get('accept-ranges')], ['gzip', null])
    const part = await ask(handler, { headers: { range: 'bytes=0-4' } })
    assert.deepEqual([part.response.status, part.coding, part.size], [206, null, 5])
    assert.equal(part.body, whole.body?.slice(0, 5))
    const weak = whole.response.headers.get('etag') as string
    const resumed = await ask(handler, { headers: { range: 'bytes=0-4', 'if-range': weak } })
    assert.deepEqual([resumed.response.status, resumed.coding, resumed.body], [200, 'gzip', whole.body])
  })

  it('compresses error pages too', async () => {
    const { response, coding, body } = await ask(() => {
      throw Object.assign(new Error(text), { status: 409 })
    })
    assert.deepEqual([response.status, coding], [409, 'gzip'])
    assert.ok(body?.includes(text))
  })
})

it('compress refuses options that cannot be', () => {
  for (const options of [
    { threshold: -1 },
    { threshold: 1.5 },
    { encodings: [] },
    { encodings: ['gzip', 'gzip'] },
    { encodings: ['compress'] },
    { encodings: ['constructor'] },
    { levels: { br: 12 } },
    { levels: { gzip: 0 } },
    { levels: { lzma: 1 } },
    { levels: 3 },
    { types: ['text/html; charset=utf-8'] },
    { types: 'text/html' },
    { level: 1 },
  ]) {
    assert.throws(
      () => compress(options as CompressOptions),
      { code: 'ZZZ_OPTION_INVALID' },
      JSON.stringify(options),
    )
  }
})
