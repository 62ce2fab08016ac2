import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Outcome } from '../http/outcome.ts'
import { Reply } from '../http/reply.ts'
import { get, post } from '../router/route.ts'
import { createApp } from './app.ts'

const outcomes: Outcome[] = []

async function* count() {
  yield '1'
  yield Buffer.from('2')
}

const secret = new Error('secret')
const source = new PassThrough()
const sent = new Reply(200, 'x')
sent.take()
const codeOf = ({ error }: Outcome) => (error as { code: string }).code
const app = createApp({
  environment: 'production',
  use: [
    (ctx, next) => {
      ctx.onSettled((outcome) => outcomes.push(outcome))
      return next()
    },
  ],
  routes: [
    get('/', (ctx) => ctx.json({ host: ctx.request.host, ip: ctx.ip })),
    get('/cookies', (ctx) => ctx.text('').append('set-cookie', 'a=1').append('set-cookie', 'b=2')),
    get('/count', (ctx) => ctx.stream(count())),
    get('/source', (ctx) => ctx.stream(source)),
    get('/web', () => new Response('web', { status: 202 })),
    get('/fail', () => {
      throw secret
    }),
    get('/interim', (ctx) => ctx.empty(103)),
    get('/reused', () => sent),
    get('/upgrade', () => new Reply(101, { kind: 'upgrade', protocol: 'x', accept() {} })),
    post('/echo', (ctx) => ctx.stream(ctx.request.body, { type: ctx.header('content-type') })),
    post('/json', async (ctx: Context) => ctx.json(await ctx.request.json())),
    post('/wait', async (ctx) => ctx.text(((await once(ctx.signal, 'abort')) as unknown[]) && 'aborted')),
  ],
})

/** Fetches; `outcomes` are those of this request. */
function fetchApp(path: string, init?: RequestInit): Promise<Response> {
  outcomes.length = 0
  return app.fetch(new Request(`http://h.test:8${path}`, init))
}

const settled = (status: number, bytesSent: number): Outcome[] => [
  { status, bytesSent, aborted: false, error: undefined },
]

describe('app.fetch', () => {
  it('answers without a server', async () => {
    const response = await fetchApp('/')
    assert.deepEqual([response.status, response.statusText], [200, 'OK'])
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
    assert.deepEqual(await response.json(), { host: 'h.test:8', ip: '' })
    assert.deepEqual(outcomes, settled(200, 27))
  })

  it('answers 404 and 500 as a server does', async () => {
    assert.equal(await (await fetchApp('/missing')).text(), '404 Not Found\nThere is nothing at /missing\n')
    const failed = await fetchApp('/fail')
    assert.deepEqual([failed.status, await failed.text()], [500, '500 Internal Server Error\n'])
    assert.equal(outcomes[0]?.error, secret)
  })

  it('keeps cookies apart and passes web responses through', async () => {
    assert.deepEqual((await fetchApp('/cookies')).headers.getSetCookie(), ['a=1', 'b=2'])
    const web = await fetchApp('/web')
    assert.deepEqual([web.status, await web.text()], [202, 'web'])
    assert.deepEqual(outcomes, settled(202, 3))
  })

  it('takes bodies', async () => {
    const headers = { 'content-type': 'application/json' }
    assert.deepEqual(await (await fetchApp('/json', { method: 'POST', body: '{"a":1}', headers })).json(), {
      a: 1,
    })
    assert.equal((await fetchApp('/json', { method: 'POST', body: '{', headers })).status, 400)
  })

  it('streams, and settles behind the last byte', async () => {
    const response = await fetchApp('/count')
    assert.deepEqual(outcomes, [])
    assert.equal(await response.text(), '12')
    assert.deepEqual(outcomes, settled(200, 2))
  })

  it('streams a body back while it arrives', async () => {
    const upload = new TransformStream<Uint8Array, Uint8Array>()
    const writer = upload.writable.getWriter()
    const response = await fetchApp('/echo', {
      method: 'POST',
      body: upload.readable,
      duplex: 'half',
    } as RequestInit)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    for (const piece of ['a', 'b']) {
      const written = writer.write(Buffer.from(piece))
      assert.equal(Buffer.from((await reader.read()).value as Uint8Array).toString(), piece)
      await written
    }
    await Promise.all([writer.close(), reader.read()])
    assert.deepEqual(outcomes, settled(200, 2))
  })

  it('frees a stream that nobody reads to its end', async () => {
    const response = await fetchApp('/source')
    const closed = once(source, 'close')
    await response.body?.cancel()
    await closed
    assert.equal(outcomes.length, 1)
    assert.equal(outcomes[0]?.aborted, true)
  })

  it('answers HEAD without a body', async () => {
    const response = await fetchApp('/count', { method: 'HEAD' })
    assert.deepEqual([response.status, response.body, outcomes], [200, null, settled(200, 0)])
  })

  it('aborts the handler with the web request', async () => {
    const controller = new AbortController()
    const pending = fetchApp('/wait', { method: 'POST', signal: controller.signal })
    controller.abort()
    assert.equal(await (await pending).text(), 'aborted')
  })

  it('answers what it cannot send with an error, and settles', async () => {
    for (const [path, status, code] of [
      ['/upgrade', 501, 'ZZZ_UPGRADE_UNSUPPORTED'],
      ['/interim', 500, 'ZZZ_STATUS_INVALID'],
      ['/reused', 500, 'ZZZ_REPLY_REUSED'],
    ] as const) {
      const response = await fetchApp(path)
      assert.deepEqual(
        [response.status, await response.text()],
        [status, `${status} ${response.statusText}\n`],
      )
      assert.deepEqual(
        outcomes.map((outcome) => [outcome.status, outcome.aborted, codeOf(outcome)]),
        [[status, false, code]],
      )
    }
  })
})
