import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import type { Outcome } from '../http/outcome.ts'
import { type HealthOptions, health } from './health.ts'

function healthApp(options?: HealthOptions, seen: Outcome[] = []) {
  return createApp({
    use: [
      (ctx, next) => {
        ctx.onSettled((outcome) => seen.push(outcome))
        return next()
      },
      health(options),
    ],
    routes: [],
  })
}

async function ask(app: ReturnType<typeof healthApp>, path: string): Promise<[number, unknown]> {
  const response = await app.fetch(new Request(`http://localhost${path}`))
  return [response.status, await response.json()]
}

describe('health', () => {
  it('is live and ready, and leaves other paths alone', async () => {
    const app = healthApp()
    assert.deepEqual(await ask(app, '/health/live'), [200, { status: 'ok', checks: {} }])
    assert.deepEqual(await ask(app, '/health/ready'), [200, { status: 'ok', checks: {} }])
    assert.equal((await app.fetch(new Request('http://localhost/other'))).status, 404)
    for (const [method, status] of [
      ['POST', 405],
      ['OPTIONS', 204],
    ] as const) {
      const other = await app.fetch(new Request('http://localhost/health/live', { method }))
      assert.deepEqual([other.status, other.headers.get('allow')], [status, 'GET, HEAD, OPTIONS'])
    }
  })

  it('is not ready while a check fails; its reason is for the log only', async () => {
    const seen: Outcome[] = []
    const app = healthApp(
      { checks: { good: () => {}, bad: () => Promise.reject(new Error('no disk')) } },
      seen,
    )
    const report = { status: 'failed', checks: { good: 'ok', bad: 'failed' } }
    assert.deepEqual(await ask(app, '/health/ready'), [503, report])
    const error = seen[0]?.error as AggregateError
    assert.equal(error.message, 'Not ready: bad')
    assert.deepEqual(error.errors.map(String), ['Error: no disk'])
    assert.equal((await ask(app, '/health/live'))[0], 200)
  })

  it('gives a check its time, then aborts it', async () => {
    let aborted = false
    const stuck = ({ signal }: { signal: AbortSignal }) =>
      new Promise(() => signal.addEventListener('abort', () => (aborted = true)))
    const [status] = await ask(healthApp({ checks: { stuck }, timeout: 20 }), '/health/ready')
    assert.deepEqual([status, aborted], [503, true])
  })

  it('is not ready from the moment the server is about to close', async () => {
    const app = healthApp()
    app.drain()
    assert.deepEqual(await ask(app, '/health/ready'), [503, { status: 'draining', checks: {} }])
    assert.equal((await ask(app, '/health/live'))[0], 200)
  })

  it('answers at paths of choice, and checks its options', async () => {
    assert.equal((await ask(healthApp({ live: '/up' }), '/up'))[0], 200)
    assert.throws(() => health({ live: 'up' }), { code: 'ZZZ_OPTION_INVALID', message: /live/ })
    assert.throws(() => health({ checks: { a: 1 as never } }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /checks/,
    })
  })
})
