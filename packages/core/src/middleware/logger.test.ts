import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import { HttpError } from '../errors.ts'
import type { Reply } from '../http/reply.ts'
import { makeRequest } from '../http/request.suite.ts'
import { get } from '../router/route.ts'
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
