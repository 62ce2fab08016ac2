import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import { loggerKey, requestIdKey } from '../../context/keys.ts'
import type { Log } from '../../context/log.ts'
import type { Middleware } from '../../context/middleware.ts'
import { HttpError } from '../../errors.ts'
import type { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import { type LoggerOptions, logger } from './logger.ts'

const failure = Object.assign(new Error('broken'), { stack: 'Error: broken\n    at somewhere' })

function makeApp(options: Omit<LoggerOptions, 'write'> = {}) {
  const lines: string[] = []
  const app = createApp({
    use: [logger({ write: (line) => lines.push(line), ...options })],
    routes: [
      get('/', (ctx) => ctx.text('Grüße')),
      get('/redirect', (ctx) => ctx.redirect('/')),
      get('/gone', () => {
        throw new HttpError(410, 'gone')
      }),
      get('/fail', () => {
        throw failure
      }),
      get('/text', () => {
        throw 'just text'
      }),
    ],
  })
  return { app, lines }
}

const ask = (path: string) => new Request(`http://localhost${path}`)

describe('logger', () => {
  it('writes method, path without query, status, time and bytes, once the reply is through', async () => {
    const { app, lines } = makeApp()
    await app.fetch(ask('/?secret=1'))
    await app.fetch(ask('/missing'))
    assert.equal(lines.length, 2)
    assert.match(lines[0] as string, /^GET \/ 200 \d+\.\d ms 7 B$/)
    assert.match(lines[1] as string, /^GET \/missing 404 \d+\.\d ms \d+ B$/)
  })

  it('waits for the outcome', () => {
    const { app, lines } = makeApp()
    const request = makeRequest()
    assert.equal((app.handle(request) as Reply).body, 'Grüße')
    assert.equal(lines.length, 0)
    request.settle({ status: 200, bytesSent: 3, aborted: true, error: new HttpError(400, 'left') })
    assert.match(
      lines[0] as string,
      /^GET \/ 200 \d+\.\d ms 3 B aborted\nHttpError \[ZZZ_HTTP\]: left\n {4}at /,
    )
  })

  it('shows the error behind a 5xx, and none behind a 4xx', async () => {
    const { app, lines } = makeApp()
    for (const path of ['/fail', '/text', '/gone']) await app.fetch(ask(path))
    assert.match(lines[0] as string, /^GET \/fail 500 \d+\.\d ms \d+ B\nError: broken\n {4}at somewhere$/)
    assert.match(lines[1] as string, /^GET \/text 500 \d+\.\d ms \d+ B\nthrown: 'just text'$/)
    assert.match(lines[2] as string, /^GET \/gone 410 \d+\.\d ms \d+ B$/)
  })

  it('lets no path forge a line or steer a terminal', async () => {
    const { app, lines } = makeApp()
    const request = makeRequest({ target: '/a\r\nGET /b\x1b[2J\xff' })
    await app.handle(request)
    request.settle({ status: 400, bytesSent: 0, aborted: false, error: undefined })
    assert.match(lines[0] as string, /^GET \/a%0d%0aGET%20\/b%1b\[2J%ff 400 /)
  })

  it('colours the status where it is told to', async () => {
    const { app, lines } = makeApp({ colour: true })
    for (const path of ['/', '/redirect', '/gone', '/fail']) await app.fetch(ask(path))
    assert.deepEqual(
      lines.map((line) => line.split(' ')[2]),
      ['\x1b[32m200\x1b[39m', '\x1b[36m302\x1b[39m', '\x1b[33m410\x1b[39m', '\x1b[31m500\x1b[39m'],
    )
  })

  it('refuses impossible options', () => {
    const loose = logger as unknown as (options: unknown) => void
    assert.throws(() => loose({ write: 'stdout' }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /logger: option "write"/,
    })
    assert.throws(() => loose({ color: true }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /"color"; known are write, colour/,
    })
  })
})

describe('logger: what handlers log', () => {
  const identify: Middleware = (ctx, next) => {
    ctx.set(requestIdKey, 'id-1')
    return next()
  }

  /** The lines that a handler writes, and the request's own at the end. */
  async function linesOf(write: (log: Log) => void, use: readonly Middleware[] = [], colour = false) {
    const lines: string[] = []
    const handler = get('/', (ctx) => {
      write(ctx.get(loggerKey))
      return ctx.empty()
    })
    const app = createApp({
      use: [...use, logger({ write: (line) => lines.push(line), colour })],
      routes: [handler],
    })
    assert.equal((await app.fetch('/')).status, 204)
    return lines
  }

  it('is level, message and fields on a line', async () => {
    const lines = await linesOf((log) => {
      log.info('plain')
      log.debug({ order: 7, user: { password: 'hunter2' }, card: 'x y' }, 'shown')
      log.child({ part: 'billing', token: 'hunter2' }).warn({ late: true })
    })
    assert.deepEqual(lines.slice(0, -1), [
      'info plain',
      'debug shown order=7 user={"password":"[redacted]"} card="x y"',
      'warn part="billing" token="[redacted]" late=true',
    ])
  })

  it('carries the id of the request, as the line of the request does', async () => {
    const lines = await linesOf((log) => log.info({ n: 1 }, 'x'), [identify])
    assert.equal(lines[0], 'info x n=1 id=id-1')
    assert.match(lines[1] as string, /^GET \/ 204 \d+\.\d ms 0 B id=id-1$/)
  })

  it('shows a chain of causes that is a ring up to a point', async () => {
    const ring = Object.assign(new Error('ring'), { stack: 'ring' })
    ring.cause = ring
    const [line] = await linesOf((log) => log.error(ring))
    assert.equal(line, `error ring\nring${'\ncaused by ring'.repeat(8)}`)
  })

  it('shows the stacks of errors below the line', async () => {
    const cause = Object.assign(new Error('inner'), { stack: 'Error: inner\n    at below' })
    const error = Object.assign(new Error('outer', { cause }), { stack: 'Error: outer\n    at above' })
    const stack = 'Error: outer\n    at above\ncaused by Error: inner\n    at below'
    const lines = await linesOf((log) => {
      log.error(error)
      log.error(error, 'said')
      log.fatal({ err: error, n: 1 }, 'with fields')
    })
    assert.deepEqual(lines.slice(0, -1), [
      `error outer\n${stack}`,
      `error said\n${stack}`,
      `fatal with fields n=1\n${stack}`,
    ])
  })

  it('lets nobody forge a line or steer a terminal', async () => {
    const evil = 'a\r\ninfo forged\x1b[2J\x9b2J\u2028'
    const escaped = 'a\\x0d\\x0ainfo forged\\x1b[2J\\x9b2J\\u2028'
    const lines = await linesOf((log) => {
      log.info(evil)
      log.info({ [evil]: 1 })
      log.info({ evil }, 'x')
      log.error(Object.assign(new Error('y'), { stack: `Error: ${evil}` }), 'y')
    })
    assert.equal(lines[0], `info ${escaped}`)
    assert.equal(lines[1], `info ${escaped}=1`)
    assert.match(lines[2] as string, /^info x evil="a\\r\\ninfo forged\\u001b\[2J\\x9b2J\\u2028"$/)
    assert.match(lines[3] as string, /\\x1b\[2J\\x9b2J/)
  })

  it('throws for nothing that it is given', async () => {
    const cycle: Record<string, unknown> = { big: 1n }
    cycle.self = cycle
    const broken = Object.defineProperty({}, 'x', {
      enumerable: true,
      get() {
        throw new Error('no')
      },
    })
    const warned = new Promise((resolve) => process.once('warning', resolve))
    const lines = await linesOf((log) => {
      log.info(cycle, 'cycle')
      log.info(null as unknown as object, 'null')
      log.child(null as unknown as object).info('child')
      log.info(7 as unknown as object)
      log.child(broken).info('child of what cannot be read')
      log.info(broken)
    })
    assert.match(lines[0] as string, /^info cycle big="1" self=\{/)
    assert.deepEqual(lines.slice(1, -1), [
      'info null',
      'info child',
      'info',
      'info child of what cannot be read',
    ])
    assert.match(String(await warned), /A child of the log was not made: no/)
  })

  it('colours the level where it is told to', async () => {
    const lines = await linesOf((log) => log.warn('x'), [], true)
    assert.equal(lines[0], '\x1b[33mwarn\x1b[39m x')
  })
})
