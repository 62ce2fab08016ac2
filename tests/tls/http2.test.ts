import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { request } from 'node:https'
import { afterEach, describe, it } from 'node:test'
import { connect as connectSecurely } from 'node:tls'
import { createApp, get, type Outcome, post, Reply, route } from '@zzz/core'
import { type ServeOptions, type Server, selfSignedCertificate, serve } from '@zzz/core/server'

const pair = selfSignedCertificate()
const megabyte = 1024 * 1024

let server: Server
let session: ClientHttp2Session
let errors: unknown[] = []
let outcomes: Outcome[] = []
/** Called with each outcome. */
let settled: (outcome: Outcome) => void = () => {}

const app = createApp({
  environment: 'test',
  use: [
    (ctx, next) => {
      ctx.onSettled((outcome) => {
        outcomes.push(outcome)
        settled(outcome)
      })
      return next()
    },
  ],
  routes: [
    route('*', '/seen', (ctx) => {
      const { method, target, version, host, peer } = ctx.request
      return ctx.json({
        method,
        target,
        version,
        host,
        encrypted: peer.encrypted,
        headers: [...ctx.request.headers],
      })
    }),
    get('/empty', (ctx) => ctx.empty()),
    get('/big', (ctx) => ctx.respond(Buffer.alloc(4 * megabyte, 'x'))),
    get('/endless', (ctx) => ctx.stream(endless(ctx.signal))),
    get('/broken', (ctx) => ctx.stream(broken())),
    get('/never', () => new Promise<Reply>(() => {})),
    get('/upgrade', () => new Reply(101, { kind: 'upgrade', protocol: 'echo', accept() {} })),
    get('/fields', () =>
      new Reply(200, 'fields')
        .append('set-cookie', 'a=1')
        .append('set-cookie', 'b=2')
        .append('vary', 'accept')
        .append('vary', 'cookie')
        .header('x-name', 'Zoë')
        .header('connection', 'close')
        .header('keep-alive', 'timeout=5')
        .header('transfer-encoding', 'chunked'),
    ),
    post('/echo', (ctx) => ctx.stream(ctx.request.body)),
    post('/length', async (ctx) =>
      ctx.text(String((await ctx.request.bytes({ limit: 64 * megabyte })).length)),
    ),
    post('/unread', (ctx) => ctx.text('unread')),
    post('/late', async (ctx) => {
      await held.promise
      return ctx.text('late')
    }),
    post('/held', async (ctx) => {
      await held.promise
      return ctx.text(String((await ctx.request.bytes({ limit: 64 * megabyte })).length))
    }),
  ],
})

let produced = 0
let held = Promise.withResolvers<void>()

async function* endless(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  while (!signal.aborted) {
    produced += 16384
    yield Buffer.alloc(16384)
  }
}

async function* broken(): AsyncGenerator<string> {
  yield 'begun'
  await new Promise((resolve) => setTimeout(resolve, 20))
  throw new Error('midway')
}

async function start(options: ServeOptions = {}): Promise<void> {
  errors = []
  outcomes = []
  const onError = (error: unknown) => errors.push(error)
  server = await serve(app, {
    port: 0,
    signals: false,
    backend: 'node',
    http2: true,
    tls: pair,
    onError,
    ...options,
  })
  session = connect(server.address.url, { ca: pair.cert }).on('error', () => {})
}

afterEach(async () => {
  session.destroy()
  await server.close({ drain: 0 })
  await until(() => server.connections() === 0)
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function open(headers: OutgoingHttpHeaders | string, method = 'GET'): ClientHttp2Stream {
  const fields = typeof headers === 'string' ? { ':path': headers } : headers
  return session.request({ ':method': method, ...fields }).on('error', () => {})
}

async function answer(stream: ClientHttp2Stream): Promise<Answer> {
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }]
  let body = ''
  for await (const chunk of stream.setEncoding('utf8')) body += chunk
  return { status: headers[':status'], headers, body }
}

const ask = (headers: OutgoingHttpHeaders | string, method = 'GET'): Promise<Answer> =>
  answer(open(headers, method).end())

function closed(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => stream.resume().once('close', () => resolve()))
}

function nextOutcome(): Promise<Outcome> {
  return new Promise((resolve) => {
    settled = resolve
  })
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Waits until a number no longer changes. */
async function still(read: () => number): Promise<number> {
  for (let last = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (read() === last) return last
    last = read()
  }
}

describe('a request over HTTP/2', () => {
  it('is seen as over HTTP/1.1: method, target, host, fields, cookies in one line', async () => {
    await start()
    const { host } = new URL(server.address.url)
    const cookies = session.request({ ':path': '/seen?a=1', cookie: ['a=1', 'b=2'], 'x-one': 'Zoë' })
    assert.deepEqual(JSON.parse((await answer(cookies)).body), {
      method: 'GET',
      target: '/seen?a=1',
      version: '2.0',
      host,
      encrypted: true,
      headers: [
        ['host', host],
        ['cookie', 'a=1; b=2'],
        ['x-one', 'Zoë'],
      ],
    })
  })

  it('takes the host from Host where there is no :authority, and refuses two that differ', async () => {
    await start()
    assert.equal(JSON.parse((await ask({ ':path': '/seen', host: 'b' })).body).host, 'b')
    const differing = await ask({ ':path': '/seen', ':authority': 'a', host: 'b' })
    assert.deepEqual([differing.status, /Host and :authority differ/.test(differing.body)], [400, true])
    assert.equal((await ask('/seen')).status, 200)
  })

  it('lives beside HTTP/1.1 on one port', async () => {
    await start()
    const outgoing = request(`${server.address.url}/seen`, { ca: pair.cert, agent: false }).end()
    const [response] = await once(outgoing, 'response')
    let text = ''
    for await (const chunk of response) text += chunk
    assert.equal(JSON.parse(text).version, '1.1')
    assert.equal(JSON.parse((await ask('/seen')).body).version, '2.0')
  })

  it('gets HEAD, an empty reply, OPTIONS *, and 501 for CONNECT', async () => {
    await start()
    const head = await ask('/big', 'HEAD')
    assert.deepEqual(
      [head.status, head.headers['content-length'], head.body],
      [200, String(4 * megabyte), ''],
    )
    const empty = await ask('/empty')
    assert.deepEqual([empty.status, empty.headers['content-length']], [204, undefined])
    assert.equal((await ask('*', 'OPTIONS')).status, 204)
    assert.equal(
      (await answer(session.request({ ':method': 'CONNECT', ':authority': 'a:1' }).end())).status,
      501,
    )
    assert.deepEqual(
      outcomes.map(({ aborted }) => aborted),
      [false, false, false, false],
    )
  })

  it('gets the fields of the reply, without those of a connection', async () => {
    await start()
    const { headers, body } = await ask('/fields')
    assert.equal(body, 'fields')
    assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'])
    assert.equal(headers.vary, 'accept, cookie')
    assert.equal(headers['x-name'], 'Zoë')
    for (const name of ['connection', 'keep-alive', 'transfer-encoding'])
      assert.equal(headers[name], undefined)
    assert.match(String(headers.date), /GMT$/)
  })

  it('cannot upgrade', async () => {
    await start()
    assert.equal((await ask('/upgrade')).status, 501)
  })

  it('settles with what was sent', async () => {
    await start()
    assert.equal((await ask('/big')).body.length, 4 * megabyte)
    await ask('/seen', 'HEAD')
    await until(() => outcomes.length === 2)
    assert.deepEqual(
      outcomes.map(({ status, bytesSent, aborted }) => [status, bytesSent, aborted]),
      [
        [200, 4 * megabyte, false],
        [200, 0, false],
      ],
    )
  })
})

describe('bodies over HTTP/2', () => {
  it('stream both ways at once', async () => {
    await start()
    const stream = open('/echo', 'POST')
    await Promise.all([once(stream, 'response'), stream.write('one')])
    for (const text of ['two', 'three', '']) {
      const [chunk] = await once(stream, 'data')
      assert.match(String(chunk), /^(?:one|two|three)$/)
      if (text !== '') stream.write(text)
    }
    stream.end()
    await once(stream, 'end')
  })

  it('are whole, many at once', async () => {
    await start()
    session.destroy()
    session = connect(server.address.url, { ca: pair.cert, maxSessionMemory: 100 })
    const sizes = Array.from({ length: 20 }, (_, index) => 100_000 * index)
    const answers = sizes.map((size) => answer(open('/echo', 'POST').end(Buffer.alloc(size, 'abc'))))
    const lengths = (await Promise.all(answers)).map(({ body }) => body.length)
    assert.deepEqual(lengths, sizes)
  })

  it('wait for their reader, and leave the other streams alone', async () => {
    await start()
    held = Promise.withResolvers()
    const slow = open('/held', 'POST')
    let sent = 0
    const pump = (): void => {
      if (sent === 8 * megabyte) return void slow.end()
      sent += 65_536
      slow.write(Buffer.alloc(65_536), pump)
    }
    pump()
    assert.ok((await still(() => sent)) < 2 * megabyte, `${sent} bytes were taken`)
    const other = await answer(open('/length', 'POST').end(Buffer.alloc(megabyte)))
    assert.equal(other.body, String(megabyte))
    held.resolve()
    assert.equal((await answer(slow)).body, String(8 * megabyte))
  })

  it('are produced no faster than they are taken, and end with their client', async () => {
    await start()
    produced = 0
    const stream = open('/endless')
    await once(stream, 'response')
    stream.pause()
    assert.ok((await still(() => produced)) < 4 * megabyte, `${produced} bytes were produced`)
    const outcome = nextOutcome()
    stream.close(constants.NGHTTP2_CANCEL)
    const { status, aborted, error } = await outcome
    assert.deepEqual(
      [status, aborted, (error as { code: string }).code],
      [200, true, 'ZZZ_CLIENT_DISCONNECTED'],
    )
  })

  it('that break end their stream, not the connection', async () => {
    await start()
    const stream = open('/broken')
    await assert.rejects(answer(stream.removeAllListeners('error')), { code: 'ERR_HTTP2_STREAM_ERROR' })
    assert.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR)
    assert.equal((await ask('/empty')).status, 204)
    assert.deepEqual(errors.map(String), ['Error: midway'])
    assert.equal(outcomes[0]?.aborted, true)
  })

  it('that nobody reads are dropped when small, else the stream is closed', async () => {
    await start({ limits: { drain: 100_000 } })
    const small = open('/unread', 'POST').end(Buffer.alloc(90_000))
    assert.equal((await answer(small)).body, 'unread')
    const large = open('/unread', 'POST')
    large.write(Buffer.alloc(megabyte))
    assert.equal((await answer(large)).body, 'unread')
    assert.equal(large.rstCode, constants.NGHTTP2_NO_ERROR)
    assert.equal((await ask('/empty')).status, 204)
  })

  it('unread abort their request when its client takes it back', async () => {
    await start()
    held = Promise.withResolvers()
    const outcome = nextOutcome()
    const stream = open('/late', 'POST')
    // More than waits unread: the server stops reading, and the stream ends for it only when somebody reads on.
    stream.write(Buffer.alloc(200_000))
    await once(session, 'remoteSettings')
    await still(() => session.state.remoteWindowSize ?? 0)
    stream.close(constants.NGHTTP2_NO_ERROR)
    const { status, aborted } = await outcome
    assert.deepEqual([status, aborted], [0, true])
    held.resolve()
    assert.equal((await ask('/empty')).status, 204)
    assert.deepEqual(errors, [])
  })

  it('are asked for by 100', async () => {
    await start()
    const stream = open({ ':path': '/length', expect: '100-continue' }, 'POST')
    await once(stream, 'continue')
    assert.equal((await answer(stream.end('hello'))).body, '5')
    assert.equal((await ask({ ':path': '/length', expect: 'wonders' }, 'POST')).status, 417)
  })
})

describe('limits over HTTP/2', () => {
  it('of the head refuse the request, and the other streams go on', async () => {
    await start({ limits: { requestLine: 100, headerBytes: 500, headerCount: 10 } })
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`x-${index}`, 'y']))
    const statuses = [
      ask(`/${'a'.repeat(200)}`),
      ask({ ':path': '/empty', ...many }),
      ask({ ':path': '/empty', 'x-long': 'y'.repeat(600) }),
      ask('/empty'),
    ].map(async (one) => (await one).status)
    assert.deepEqual(await Promise.all(statuses), [414, 431, 431, 204])
  })

  it('of the head that are broken by far end the stream', async () => {
    await start({ limits: { headerCount: 10 } })
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'y']))
    const huge = open({ ':path': '/empty', ...many }).end()
    await closed(huge)
    assert.equal(huge.rstCode, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    assert.equal((await ask('/empty')).status, 204)
  })

  it('of the body', async () => {
    await start({ limits: { body: 1000 } })
    assert.equal((await answer(open({ ':path': '/length', 'content-length': '1001' }, 'POST'))).status, 413)
    assert.equal((await answer(open('/length', 'POST').end(Buffer.alloc(1001)))).status, 413)
    assert.equal((await answer(open('/length', 'POST').end(Buffer.alloc(1000)))).body, '1000')
  })

  it('of streams are announced, and one more is refused', async () => {
    await start({ limits: { streams: 2 } })
    await once(session, 'remoteSettings')
    assert.equal(session.remoteSettings.maxConcurrentStreams, 2)
    for (const path of ['/never', '/never', '/empty']) open(path).end()
    assert.equal(await still(() => outcomes.length), 0)
  })

  it('of requests say goodbye', async () => {
    await start({ limits: { requestsPerConnection: 2 } })
    const goodbye = once(session, 'goaway')
    assert.equal((await ask('/empty')).status, 204)
    assert.equal((await ask('/empty')).status, 204)
    assert.equal((await goodbye)[0], constants.NGHTTP2_NO_ERROR)
    await once(session, 'close')
  })
})

describe('time-outs over HTTP/2', () => {
  it('of the handler: 503', async () => {
    await start({ timeouts: { handler: 100 } })
    assert.equal((await ask('/never')).status, 503)
    assert.equal((await ask('/empty')).status, 204)
  })

  it('of the body: 408', async () => {
    await start({ timeouts: { body: 100 } })
    const stream = open('/length', 'POST')
    stream.write('never ended')
    assert.equal((await answer(stream)).status, 408)
  })

  it('of a client that takes nothing: the stream ends', async () => {
    await start({ timeouts: { write: 100 } })
    const outcome = nextOutcome()
    const stream = open('/endless')
    await once(stream, 'response')
    stream.pause()
    assert.equal(((await outcome).error as { code: string }).code, 'ZZZ_WRITE_TIMEOUT')
    stream.resume()
    await closed(stream)
    assert.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR)
    assert.equal((await ask('/empty')).status, 204)
  })

  it('of a client that is silent from the start, or idle', async () => {
    await start({ timeouts: { header: 100, keepAlive: 200 } })
    const goodbye = once(session, 'goaway')
    assert.equal((await ask('/empty')).status, 204)
    await goodbye
    const { port } = server.address
    const silent = connectSecurely({
      port,
      host: '127.0.0.1',
      ca: pair.cert,
      servername: 'localhost',
      ALPNProtocols: ['h2'],
    })
    await once(silent.resume(), 'close')
  })

  it('of a client that does not close its side either', async () => {
    await start({ timeouts: { header: 50 } })
    const { port } = server.address
    const options = {
      port,
      host: '127.0.0.1',
      ca: pair.cert,
      servername: 'localhost',
      ALPNProtocols: ['h2'],
      allowHalfOpen: true,
    }
    const silent = connectSecurely(options).on('error', () => {})
    await once(silent.resume(), 'end')
    await until(() => server.connections() === 0)
    silent.destroy()
  })
})

describe('the end of a connection of HTTP/2', () => {
  it('by the client aborts what runs', async () => {
    await start()
    const outcome = nextOutcome()
    const never = open('/never').end()
    await once(session, 'remoteSettings')
    await still(() => outcomes.length)
    session.destroy()
    const { status, aborted } = await outcome
    assert.deepEqual([never.destroyed, status, aborted], [true, 0, true])
    await until(() => server.connections() === 0)
  })

  it('by a drain lets what runs finish, and takes nothing new', async () => {
    await start()
    held = Promise.withResolvers()
    const running = open('/held', 'POST').end('body')
    assert.equal((await ask('/empty')).status, 204)
    const goodbye = once(session, 'goaway')
    const closing = server.close({ drain: 5000 })
    assert.equal((await goodbye)[0], constants.NGHTTP2_NO_ERROR)
    held.resolve()
    assert.equal((await answer(running)).body, '4')
    await closing
    assert.equal(outcomes.at(-1)?.aborted, false)
  })

  it('by a drain that runs out of time cuts what runs', async () => {
    await start()
    open('/never').end()
    assert.equal((await ask('/empty')).status, 204)
    const outcome = nextOutcome()
    await server.close({ drain: 20 })
    assert.equal((await outcome).aborted, true)
  })
})

describe('the option http2', () => {
  it('needs the back end node, and TLS', async () => {
    await start()
    const refused = {
      code: 'ZZZ_OPTION_INVALID',
      message: /"http2": the back end "zzz" speaks HTTP\/1\.1 only; use backend: "node"/,
    }
    await assert.rejects(serve(app, { port: 0, http2: true, tls: pair }), refused)
    await assert.rejects(serve(app, { port: 0, http2: true, backend: 'node' }), {
      message: /needs the option "tls"/,
    })
  })
})
