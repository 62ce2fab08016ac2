import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ExampleProcess } from '../example-process.ts'

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const production = { ZZZ_ENV: 'production', SECRET_KEY_BASE: 'x'.repeat(64), JWT_SECRET: 'y'.repeat(64) }

/** Asks as a browser does, unless told. */
async function ask(example: ExampleProcess, path: string, accept = browser) {
  const response = await fetch(example.url + path, { headers: { accept } })
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

for (const backend of ['zzz', 'node']) {
  describe(`failures, health and metrics of the example on ${backend}`, () => {
    let example: ExampleProcess
    before(async () => {
      example = await ExampleProcess.start({ BACKEND: backend })
    })
    after(() => example[Symbol.asyncDispose]())

    it('GET /boom shows developers its source', async () => {
      const { status, body } = await ask(example, '/boom')
      assert.equal(status, 500)
      for (const part of ['kaboom', 'Stack Trace', 'failures.ts']) assert.ok(body.includes(part), part)
      const plain = await ask(example, '/boom', '*/*')
      assert.match(plain.body, /^500 Internal Server Error\nkaboom\nError: kaboom\n {4}at /)
    })

    it('GET /teapot says so, in each form', async () => {
      for (const accept of [browser, '*/*', 'application/json']) {
        const { status, body } = await ask(example, '/teapot', accept)
        assert.deepEqual([status, body.includes('I am a teapot')], [418, true])
      }
    })

    it('says that it lives and is ready', async () => {
      for (const path of ['/health/live', '/health/ready']) {
        const { status, body } = await ask(example, path)
        assert.deepEqual([status, JSON.parse(body).status], [200, 'ok'])
      }
    })

    it('GET /metrics counts what was asked', async () => {
      for (const id of [1, 2, 3]) await ask(example, `/users/${id}`)
      const { status, type, body } = await ask(example, '/metrics')
      assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8'])
      assert.match(body, /^http_requests_total\{method="GET",route="\/users\/:id",status="2xx"\} 3$/m)
      assert.match(body, /^http_connections_open [1-9]\d*$/m)
      assert.ok(!body.includes('/health/live'))
    })
  })
}

describe('the example in production', () => {
  it('logs JSON and tells clients nothing of faults', async () => {
    await using example = await ExampleProcess.start(production)
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const headers = { accept: browser, traceparent, 'x-request-id': 'id-1', authorization: 'Bearer hunter2' }
    const boom = await fetch(`${example.url}/boom?token=hunter2`, { headers })
    const page = await boom.text()
    assert.deepEqual([boom.status, /kaboom|failures|stack/i.test(page)], [500, false])
    assert.equal((await ask(example, '/teapot')).status, 418)
    await ask(example, '/health/live')
    assert.deepEqual(await example.end('SIGTERM'), { code: 0, signal: null, errors: '' })
    assert.equal(example.lines.length, 2)
    const [fault, teapot] = example.lines.map((line) => JSON.parse(line))
    assert.partialDeepStrictEqual(fault, {
      level: 'error',
      requestId: 'id-1',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      path: '/boom',
      route: '/boom',
      status: 500,
      ip: '127.0.0.1',
      err: { message: 'kaboom' },
    })
    assert.match(fault.err.stack, /failures\.ts/)
    assert.partialDeepStrictEqual(teapot, { level: 'warn', status: 418 })
    assert.ok(!example.lines.join().includes('hunter2'))
  })
})

describe('the example with workers', () => {
  it('GET /metrics tells of all of them, whichever answers', async () => {
    await using example = await ExampleProcess.start({ ...production, WORKERS: '2' })
    const pids = new Set<number>()
    let asked = 0
    // Connections go to whichever worker takes them: as many as it needs for both to have had some.
    while (pids.size < 2) {
      await Promise.all(Array.from({ length: 10 }, () => askOnce(`${example.url}/hello`)))
      asked += 10
      while (example.lines.length < asked) await setImmediate()
      for (const line of example.lines) pids.add(JSON.parse(line).pid)
    }
    for (let round = 0; round < 10; round++) {
      const exposition = await askOnce(`${example.url}/metrics`)
      assert.match(
        exposition,
        new RegExp(`^http_requests_total\\{.*route="/hello",status="2xx"\\} ${asked}$`, 'm'),
      )
      assert.match(
        exposition,
        new RegExp(`^http_request_duration_seconds_count\\{.*route="/hello".*\\} ${asked}$`, 'm'),
      )
    }
  })
})

/** A request on a connection of its own. */
async function askOnce(url: string): Promise<string> {
  const request = httpRequest(url, { agent: false }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return text(response)
}
