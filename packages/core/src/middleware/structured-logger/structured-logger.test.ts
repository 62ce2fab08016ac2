import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { pino } from 'pino'
import { createApp } from '../../app/app.ts'
import { loggerKey, requestIdKey, traceContextKey } from '../../context/keys.ts'
import type { Middleware } from '../../context/middleware.ts'
import { HttpError, ZzzError } from '../../errors.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { toTraceContext } from '../../http/trace-context.ts'
import { get } from '../../router/route.ts'
import { type StructuredLoggerOptions, structuredLogger } from './structured-logger.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'
const identify: Middleware = (ctx, next) => {
  ctx.set(requestIdKey, 'id-1')
  const span = { traceId, spanId, parentId: undefined, sampled: true, tracestate: undefined }
  ctx.set(traceContextKey, toTraceContext(span))
  return next()
}

// biome-ignore lint/suspicious/noExplicitAny: records are whatever the test says
type Record_ = any

/** An app that logs to memory, and what it logged, parsed line by line. */
function makeApp(
  options: Omit<StructuredLoggerOptions, 'logger'> = {},
  pinoOptions: pino.LoggerOptions = {},
) {
  let text = ''
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  const app = createApp({
    environment: 'production',
    use: [
      identify,
      structuredLogger({ logger: pino({ level: 'debug', ...pinoOptions }, output), ...options }),
    ],
    routes: [
      get('/users/:id', (ctx) => ctx.text('Grüße')),
      get('/log', (ctx) => {
        const log = ctx.get(loggerKey)
        log.info('plain')
        log.debug({ order: 7, user: { password: 'hunter2' }, card: 'hunter2' }, 'with fields')
        log.child({ token: 'hunter2', part: 'billing' }).warn({ headers: { cookie: 'hunter2' } })
        log.error(new Error('broken', { cause: new Error('below') }))
        log.trace({ unseen: true })
        return ctx.empty()
      }),
      get('/hostile', (ctx) => {
        const cycle: Record<string, unknown> = { big: 1n }
        cycle.self = cycle
        const log = ctx.get(loggerKey)
        log.info(cycle)
        log.info(
          {
            get bad(): never {
              throw new Error('no')
            },
          },
          'still',
        )
        log.info(null as unknown as object, 'null')
        log.child(null as unknown as object).info('a child of nothing')
        return ctx.empty()
      }),
      get('/teapot', () => {
        throw new HttpError(418, 'short\n{"level":60,"msg":"forged"}')
      }),
      get('/fail', () => {
        throw new Error('outer', { cause: new TypeError('inner') })
      }),
    ],
  })
  const records = (): Record_[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  return { app, records, text: () => text }
}

describe('structuredLogger: the record of a request', () => {
  it('tells what happened, once it has settled, without the query', async () => {
    const { app, records, text } = makeApp()
    await app.fetch('/users/4%32?password=hunter2')
    assert.equal(records().length, 1)
    const [{ time, duration, pid, hostname, ...rest }] = records()
    assert.deepEqual(rest, {
      level: 30,
      requestId: 'id-1',
      traceId,
      method: 'GET',
      path: '/users/4%32',
      route: '/users/:id',
      status: 200,
      bytes: 7,
      ip: '',
      msg: 'GET /users/4%32 200',
    })
    assert.ok(duration >= 0 && time > 1e12)
    assert.ok(!text().includes('hunter2'))
  })

  it('has a level by status', async () => {
    const { app, records } = makeApp()
    for (const path of ['/users/1', '/missing', '/teapot', '/fail']) await app.fetch(path)
    const levels = records().map(({ level, status }) => [pino.levels.labels[level], status])
    assert.deepEqual(levels, [
      ['info', 200],
      ['warn', 404],
      ['warn', 418],
      ['error', 500],
    ])
  })

  it('carries the error with its causes, and stacks of faults only', async () => {
    const { app, records } = makeApp()
    for (const path of ['/fail', '/teapot', '/missing']) await app.fetch(path)
    const [fail, teapot, missing] = records()
    assert.partialDeepStrictEqual(fail.err, { type: 'Error', message: 'outer', cause: { type: 'TypeError' } })
    assert.match(fail.err.stack, /structured-logger\.test\.ts/)
    assert.match(fail.err.cause.stack, /TypeError: inner/)
    assert.deepEqual([teapot.err.code, teapot.err.stack], ['ZZZ_HTTP', undefined])
    assert.deepEqual([missing.err.code, missing.route], ['ZZZ_NOT_FOUND', undefined])
  })

  it('says when the client left or the reply broke', () => {
    const { app, records } = makeApp()
    const gone = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone')
    const outcomes = [
      { status: 0, bytesSent: 0, aborted: true, error: gone },
      { status: 200, bytesSent: 3, aborted: true, error: new Error('stream') },
    ]
    for (const outcome of outcomes) {
      const request = makeRequest({ target: '/users/1', peer: { remoteAddress: '192.0.2.7' } })
      app.handle(request)
      request.settle(outcome)
    }
    const [left, broke] = records()
    assert.partialDeepStrictEqual(left, { level: 40, aborted: true, status: 0, ip: '192.0.2.7' })
    assert.partialDeepStrictEqual(broke, { level: 50, aborted: true, bytes: 3, err: { message: 'stream' } })
  })

  it('is one line whatever stands in it', async () => {
    const { app, records, text } = makeApp()
    await app.fetch('/teapot')
    const request = makeRequest({ target: '/a\r\n{"level":60}\x1b[2J\u2028' })
    await app.handle(request)
    request.settle({ status: 404, bytesSent: 0, aborted: false, error: 'text\nwith lines' })
    assert.equal(records().length, 2)
    assert.equal(text().split('\n').length, 3)
    assert.ok(!text().includes('\x1b'))
    assert.equal(records()[1].path, '/a\r\n{"level":60}\x1b[2J\u2028')
  })
})

describe('structuredLogger: the log of a handler', () => {
  it('carries the ids of the request, and no secrets', async () => {
    const { app, records, text } = makeApp({ secrets: ['Card'] })
    await app.fetch('/log')
    const own = records().slice(0, -1)
    assert.equal(own.length, 4)
    for (const record of own) assert.deepEqual([record.requestId, record.traceId], ['id-1', traceId])
    const [plain, fields, child, error] = own
    assert.deepEqual([plain.level, plain.msg], [30, 'plain'])
    assert.partialDeepStrictEqual(fields, { level: 20, msg: 'with fields', order: 7, card: '[redacted]' })
    assert.deepEqual(fields.user, { password: '[redacted]' })
    assert.partialDeepStrictEqual(child, { level: 40, part: 'billing', token: '[redacted]' })
    assert.partialDeepStrictEqual(error, { level: 50, msg: 'broken', err: { cause: { message: 'below' } } })
    assert.ok(!text().includes('hunter2'))
  })

  it('takes anything without throwing', async () => {
    const { app, records } = makeApp()
    assert.equal((await app.fetch('/hostile')).status, 204)
    assert.deepEqual(
      records().map(({ msg, big }) => msg ?? big),
      ['1', 'still', 'null', 'a child of nothing', 'GET /hostile 204'],
    )
  })

  it('leaves the formatters of a logger of one’s own alone', async () => {
    const { app, records } = makeApp(
      {},
      { formatters: { level: (label) => ({ severity: label }) }, base: null },
    )
    await app.fetch('/users/1')
    assert.deepEqual([records()[0].severity, records()[0].pid], ['info', undefined])
  })

  it('turns a logger that fails into a warning', async () => {
    const broken = () => {
      throw new Error('disk')
    }
    const logger = { child: () => logger, isLevelEnabled: () => true } as never as pino.Logger
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) logger[level] = broken
    const app = createApp({
      use: [structuredLogger({ logger })],
      routes: [
        get('/', (ctx) => {
          ctx.get(loggerKey).info('x')
          return ctx.text('fine')
        }),
      ],
    })
    const warned = once(process, 'warning')
    assert.equal(await (await app.fetch('/')).text(), 'fine')
    assert.match((await warned)[0].message, /^A record was not logged: disk$/)
  })

  it('refuses impossible options', () => {
    const loose = structuredLogger as unknown as (options: unknown) => void
    for (const options of [{ logger: console }, { level: 'loud' }, { secrets: 'x' }, { redact: [] }]) {
      const message = new RegExp(`structuredLogger: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
  })
})
