import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { createApp } from '../../app/app.ts'
import { traceContextKey } from '../../context/keys.ts'
import { HttpError, ZzzError } from '../../errors.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get, route } from '../../router/route.ts'
import { openTelemetry } from './open-telemetry.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

function makeApp(options = {}) {
  return createApp({
    environment: 'production',
    trustedProxies: ['10.0.0.1'],
    use: [openTelemetry(options)],
    routes: [
      get('/users/:id', (ctx) => ctx.json(ctx.find(traceContextKey) ?? null)),
      get('/inside', async (ctx) => {
        await null
        trace.getTracer('test').startSpan('query').end()
        return ctx.text(trace.getActiveSpan()?.spanContext().spanId ?? 'none')
      }),
      get('/out', (ctx) => {
        const headers = {}
        propagation.inject(context.active(), headers)
        return ctx.json(headers)
      }),
      get('/teapot', () => {
        throw new HttpError(418, 'no')
      }),
      get('/fail', () => {
        throw new TypeError('no postgres://a:hunter2@db')
      }),
      get('/unavailable', (ctx) => ctx.text('later', 503)),
      route('PURGE', '/cache', (ctx) => ctx.empty()),
    ],
  })
}

describe('openTelemetry without an SDK', () => {
  it('hands the caller’s trace through, and has none of its own', async () => {
    const app = makeApp()
    assert.equal(await (await app.fetch('/users/1')).json(), null)
    const handed = await (await app.fetch('/users/1', { headers: { traceparent } })).json()
    assert.partialDeepStrictEqual(handed, { traceId, traceparent })
    assert.equal(await (await app.fetch('/inside')).text(), 'none')
  })
})

describe('openTelemetry', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  before(() => {
    trace.setGlobalTracerProvider(provider)
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  beforeEach(() => exporter.reset())
  after(async () => {
    await provider.shutdown()
    trace.disable()
    context.disable()
    propagation.disable()
  })

  const finished = (): ReadableSpan[] => exporter.getFinishedSpans()
  const only = (): ReadableSpan => {
    assert.equal(finished().length, 1)
    return finished()[0] as ReadableSpan
  }

  it('makes a server span with the names of the conventions, ended when the request has settled', async () => {
    const request = makeRequest({
      target: '/users/42?token=secret',
      headers: { host: 'example.org:8080', 'user-agent': 'test/1', 'x-forwarded-for': '192.0.2.7' },
      peer: { remoteAddress: '10.0.0.1', remotePort: 4711 },
    })
    await makeApp().handle(request)
    assert.equal(finished().length, 0)
    request.settle({ status: 200, bytesSent: 1, aborted: false, error: undefined })
    const span = only()
    assert.deepEqual(
      [span.name, span.kind, span.status.code],
      ['GET /users/:id', SpanKind.SERVER, SpanStatusCode.UNSET],
    )
    assert.deepEqual(span.attributes, {
      'http.request.method': 'GET',
      'http.route': '/users/:id',
      'url.path': '/users/42',
      'url.scheme': 'http',
      'server.address': 'example.org',
      'server.port': 8080,
      'client.address': '192.0.2.7',
      'network.peer.address': '10.0.0.1',
      'network.peer.port': 4711,
      'network.protocol.version': '1.1',
      'user_agent.original': 'test/1',
      'http.response.status_code': 200,
    })
  })

  it('names what no route matches and what nobody knows so that there are few names', async () => {
    const app = makeApp()
    await app.fetch('/missing/1')
    await app.fetch('/users/1', { method: 'MAKEUP' })
    await app.fetch('/cache', { method: 'PURGE' })
    assert.deepEqual(
      finished().map(({ name, attributes }) => [name, attributes['http.request.method_original']]),
      [
        ['GET', undefined],
        ['HTTP', 'MAKEUP'],
        ['PURGE /cache', undefined],
      ],
    )
    assert.equal(finished()[1]?.attributes['http.request.method'], '_OTHER')
  })

  it('goes on with the caller’s trace, unless told not to', async () => {
    const headers = { traceparent, tracestate: 'a=1' }
    const shown = (await (await makeApp().fetch('/users/1', { headers })).json()) as Record<string, unknown>
    const span = only()
    assert.equal(span.spanContext().traceId, traceId)
    assert.deepEqual(
      [span.parentSpanContext?.spanId, span.parentSpanContext?.isRemote],
      ['00f067aa0ba902b7', true],
    )
    const { spanId } = span.spanContext()
    const expected = { traceId, spanId, parentId: '00f067aa0ba902b7', sampled: true, tracestate: 'a=1' }
    assert.deepEqual(shown, { ...expected, traceparent: `00-${traceId}-${spanId}-01` })
    exporter.reset()
    await makeApp({ accept: false }).fetch('/users/1', { headers })
    assert.notEqual(only().spanContext().traceId, traceId)
    assert.equal(only().parentSpanContext, undefined)
  })

  it('begins a trace where the caller’s is broken', async () => {
    for (const broken of [`${traceparent}-x`, traceparent.toUpperCase(), 'x']) {
      exporter.reset()
      await makeApp().fetch('/users/1', { headers: { traceparent: broken } })
      assert.equal(only().parentSpanContext, undefined)
    }
  })

  it('is active while the handler runs, also behind an await, and not after', async () => {
    const body = await (await makeApp().fetch('/inside')).text()
    const [query, server] = finished() as [ReadableSpan, ReadableSpan]
    assert.equal(body, server.spanContext().spanId)
    assert.equal(query.parentSpanContext?.spanId, body)
    assert.equal(trace.getActiveSpan(), undefined)
  })

  it('is nobody’s child but the caller’s', async () => {
    const outer: Span = trace.getTracer('test').startSpan('outer')
    await context.with(trace.setSpan(context.active(), outer), () => makeApp().fetch('/users/1'))
    assert.equal(only().parentSpanContext, undefined)
  })

  it('keeps requests apart that run at the same time', async () => {
    const app = makeApp()
    const bodies = await Promise.all(
      Array.from({ length: 5 }, async () => (await app.fetch('/inside')).text()),
    )
    assert.equal(new Set(bodies).size, 5)
  })

  it('is an error from 500 on, with its exception, and not below', async () => {
    const app = makeApp()
    for (const path of ['/fail', '/teapot', '/unavailable', '/missing']) await app.fetch(path)
    const [fail, teapot, unavailable, missing] = finished() as [
      ReadableSpan,
      ReadableSpan,
      ReadableSpan,
      ReadableSpan,
    ]
    assert.deepEqual(fail.status, { code: SpanStatusCode.ERROR, message: 'no postgres://a:[redacted]@db' })
    assert.equal(fail.attributes['error.type'], 'TypeError')
    const exception = fail.events[0]?.attributes
    assert.equal(exception?.['exception.type'], 'TypeError')
    assert.ok(!JSON.stringify(exception).includes('hunter2'))
    assert.deepEqual(unavailable.status, { code: SpanStatusCode.ERROR })
    assert.equal(unavailable.attributes['error.type'], '503')
    for (const span of [teapot, missing]) {
      assert.deepEqual(
        [span.status.code, span.attributes['error.type'], span.events.length],
        [0, undefined, 0],
      )
    }
  })

  it('tells of clients that left, which is nobody’s fault', () => {
    const request = makeRequest({ target: '/inside' })
    makeApp().handle(request)
    const gone = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone')
    request.settle({ status: 0, bytesSent: 0, aborted: true, error: gone })
    const span = finished().find(({ kind }) => kind === SpanKind.SERVER) as ReadableSpan
    assert.equal(span.status.code, SpanStatusCode.UNSET)
    assert.equal(span.attributes['error.type'], 'ZZZ_CLIENT_DISCONNECTED')
    assert.equal('http.response.status_code' in span.attributes, false)
  })

  it('reads and writes what the application’s propagators do', async () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const out = await (await makeApp().fetch('/out', { headers: { traceparent, tracestate: 'a=1' } })).json()
    const { spanId } = only().spanContext()
    assert.deepEqual(out, { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'a=1' })
  })

  it('refuses impossible options', () => {
    const loose = openTelemetry as unknown as (options: unknown) => void
    assert.throws(() => loose({ accept: 1 }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /openTelemetry: .*"accept"/,
    })
  })
})
