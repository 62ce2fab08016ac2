import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Counter, Registry } from 'prom-client'
import { createApp } from '../../app/app.ts'
import { HttpError, ZzzError } from '../../errors.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get, post, route } from '../../router/route.ts'
import { serve } from '../../server/serve.ts'
import { plain } from '../../telemetry/channels.ts'
import { type Metrics, type MetricsOptions, metrics } from './metrics.ts'

function makeApp(meter: Metrics) {
  return createApp({
    environment: 'production',
    use: [meter],
    routes: [
      get('/users/:id', (ctx) => ctx.text('hello')),
      post('/users/:id', () => {
        throw new HttpError(422, 'no')
      }),
      route('PURGE', '/cache', (ctx) => ctx.empty()),
      get('/fail', async () => {
        throw new Error('no')
      }),
      get('/metrics', meter.endpoint),
    ],
  })
}

/** The samples an app shows, by name and labels. */
async function scrape(app: ReturnType<typeof makeApp>): Promise<Map<string, number>> {
  const text = await (await app.fetch('/metrics')).text()
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

/** The samples of a counter without its name. */
function of(name: string, samples: Map<string, number>): Record<string, number> {
  const found = [...samples].filter(([key]) => key.startsWith(`${name}{`))
  return Object.fromEntries(found.map(([key, value]) => [key.slice(name.length), value]))
}

const quiet: MetricsOptions = { process: false }

describe('metrics', () => {
  it('counts by method, pattern and class of status; what is unknown shares one label', async () => {
    using meter = metrics(quiet)
    const app = makeApp(meter)
    for (const id of [1, 2, 3]) await app.fetch(`/users/${id}`)
    await app.fetch('/users/1', { method: 'POST' })
    await app.fetch('/fail')
    for (const path of ['/a', '/b', '/c?d']) await app.fetch(path)
    await app.fetch('/cache', { method: 'PURGE' })
    for (const method of ['BREW', 'MAKEUP', 'PURGE']) await app.fetch('/nowhere', { method })
    assert.deepEqual(of('http_requests_total', await scrape(app)), {
      '{method="GET",route="/users/:id",status="2xx"}': 3,
      '{method="POST",route="/users/:id",status="4xx"}': 1,
      '{method="GET",route="/fail",status="5xx"}': 1,
      '{method="GET",route="unmatched",status="4xx"}': 3,
      '{method="PURGE",route="/cache",status="2xx"}': 1,
      '{method="other",route="unmatched",status="5xx"}': 2,
      '{method="other",route="unmatched",status="4xx"}': 1,
    })
  })

  it('measures in seconds until the reply is through', async () => {
    using meter = metrics({ ...quiet, buckets: [0.5, 1000] })
    const app = makeApp(meter)
    await app.fetch('/users/1')
    const samples = await scrape(app)
    const labels = 'method="GET",route="/users/:id",status="2xx"'
    assert.equal(samples.get(`http_request_duration_seconds_count{${labels}}`), 1)
    assert.equal(samples.get(`http_request_duration_seconds_bucket{le="1000",${labels}}`), 1)
    const sum = samples.get(`http_request_duration_seconds_sum{${labels}}`) as number
    assert.ok(sum > 0 && sum < 100)
  })

  it('knows what is in flight, and clients that left', async () => {
    using meter = metrics(quiet)
    const app = makeApp(meter)
    const request = makeRequest({ target: '/users/1' })
    app.handle(request)
    // The request that asks is in flight too.
    assert.equal((await scrape(app)).get('http_requests_in_flight'), 2)
    const gone = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone')
    request.settle({ status: 0, bytesSent: 0, aborted: true, error: gone })
    const samples = await scrape(app)
    assert.equal(samples.get('http_requests_in_flight'), 1)
    assert.equal(samples.get('http_requests_total{method="GET",route="/users/:id",status="none"}'), 1)
  })

  it('counts open connections and refusals', async () => {
    using meter = metrics(quiet)
    const app = makeApp(meter)
    const before = (await scrape(app)).get('http_connections_open') as number
    await using server = await serve(app, { port: 0, signals: false, drain: 0 })
    const text = await (await fetch(`${server.address.url}/metrics`)).text()
    assert.equal(Number(/^http_connections_open (\d+)$/m.exec(text)?.[1]), before + 1)
    const refusal = { status: 400, remoteAddress: undefined, encrypted: false, error: undefined }
    plain('zzz:refusal').publish({ ...refusal, reason: 'head' })
    assert.equal((await scrape(app)).get('http_refusals_total{reason="head"}'), 1)
    meter[Symbol.dispose]()
    plain('zzz:refusal').publish({ ...refusal, reason: 'head' })
    assert.equal((await scrape(app)).get('http_refusals_total{reason="head"}'), 1)
  })

  it('tells of the process unless told not to', async () => {
    using meter = metrics()
    const samples = await scrape(makeApp(meter))
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
      'process_cpu_seconds_total',
    ])
      assert.ok(samples.has(name), name)
    using bare = metrics(quiet)
    assert.ok(![...(await scrape(makeApp(bare))).keys()].some((name) => /^(?:process|nodejs)_/.test(name)))
  })

  it('shares a registry, and has one of its own otherwise', async () => {
    const registry = new Registry()
    const orders = new Counter({ name: 'orders_total', help: 'Orders', registers: [registry] })
    using meter = metrics({ ...quiet, registry, prefix: 'shop_' })
    orders.inc(3)
    const app = makeApp(meter)
    await app.fetch('/users/1')
    const samples = await scrape(app)
    assert.equal(samples.get('orders_total'), 3)
    assert.equal(samples.get('shop_http_requests_total{method="GET",route="/users/:id",status="2xx"}'), 1)
    using other = metrics(quiet)
    assert.deepEqual(of('http_requests_total', await scrape(makeApp(other))), {})
    assert.throws(() => metrics({ ...quiet, registry, prefix: 'shop_' }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /^metrics: .*shop_http_requests_total.* prefix$/,
    })
  })

  it('goes out as Prometheus reads it, and is kept by nobody', async () => {
    using meter = metrics(quiet)
    const { headers } = await makeApp(meter).fetch('/metrics')
    assert.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    assert.equal(headers.get('cache-control'), 'no-store')
  })

  it('refuses impossible options', () => {
    const loose = metrics as unknown as (options: unknown) => void
    const bad = [{ registry: {} }, { prefix: 'a-b' }, { prefix: '1a' }, { buckets: [2, 1] }, { buckets: [] }]
    for (const options of [
      ...bad,
      { buckets: [0] },
      { buckets: [1, Number.NaN] },
      { process: 1 },
      { path: '/' },
    ]) {
      const message = new RegExp(`metrics: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
  })
})
