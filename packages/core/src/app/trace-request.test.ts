import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Channel, channel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { requestIdKey } from '../context/keys.ts'
import type { Middleware } from '../context/middleware.ts'
import { HttpError, ZzzError } from '../errors.ts'
import type { Reply } from '../http/reply.ts'
import { makeRequest } from '../http/request.suite.ts'
import { get } from '../router/route.ts'
import type { RequestEvent } from '../telemetry/events.ts'
import { subscribe } from '../telemetry/subscribe.ts'
import { createApp } from './app.ts'

const teapot = new HttpError(418, 'short and stout')
const identify: Middleware = (ctx, next) => {
  ctx.set(requestIdKey, 'id-1')
  return next()
}

function makeApp(later: Promise<void> = Promise.resolve()) {
  return createApp({
    environment: 'production',
    use: [identify],
    routes: [
      get('/users/:id', (ctx) => ctx.text('Grüße')),
      get('/later', async (ctx) => {
        await later
        return ctx.text('later')
      }),
      get('/teapot', () => {
        throw teapot
      }),
    ],
  })
}

/** Every moment, with a copy of the event as it was then. */
function record(): { moments: [string, RequestEvent][]; names(): string[] } & Disposable {
  const moments: [string, RequestEvent][] = []
  const note = (name: string) => (event: RequestEvent) => void moments.push([name, { ...event }])
  const subscription = subscribe('zzz:request', {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    error: note('error'),
    asyncEnd: note('asyncEnd'),
  })
  return {
    moments,
    names: () => moments.map(([name]) => name),
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  }
}

const untouched = { requestId: undefined, status: 0, bytesSent: 0, aborted: false, error: undefined }

describe('zzz:request', () => {
  it('tells of a request from its start until it has settled, with one event that fills', async () => {
    using recorded = record()
    await makeApp().fetch('/users/4%32?password=secret')
    const { moments } = recorded
    assert.deepEqual(recorded.names(), ['start', 'end', 'asyncStart', 'asyncEnd'])
    const start = { method: 'GET', path: '/users/4%32', route: '/users/:id', ...untouched, duration: 0 }
    assert.deepEqual(moments[0]?.[1], start)
    const end = moments[3]?.[1] as RequestEvent
    assert.partialDeepStrictEqual(end, { requestId: 'id-1', status: 200, bytesSent: 7, aborted: false })
    assert.ok(end.duration > 0 && Number.isFinite(end.duration))
    const durations = moments.map(([, event]) => event.duration)
    assert.deepEqual(
      durations,
      [...durations].sort((a, b) => a - b),
    )
  })

  it('has the same moments in the same order where the handler is asynchronous', async () => {
    using recorded = record()
    const later = Promise.withResolvers<void>()
    const answer = makeApp(later.promise).fetch('/later')
    assert.deepEqual(recorded.names(), ['start', 'end'])
    later.resolve()
    await answer
    assert.deepEqual(recorded.names(), ['start', 'end', 'asyncStart', 'asyncEnd'])
  })

  it('tells of errors, and of requests that no route matches', async () => {
    using recorded = record()
    await makeApp().fetch('/teapot')
    await makeApp().fetch('/missing')
    const names = ['start', 'end', 'asyncStart', 'error', 'asyncEnd']
    assert.deepEqual(recorded.names(), [...names, ...names])
    const last = (name: string) => recorded.moments.filter(([at]) => at === name).map(([, event]) => event)
    assert.partialDeepStrictEqual(last('asyncStart')[0], { status: 418, error: teapot })
    assert.partialDeepStrictEqual(last('error')[0], { route: '/teapot', status: 418, error: teapot })
    assert.partialDeepStrictEqual(last('asyncEnd')[1], { path: '/missing', route: undefined, status: 404 })
  })

  it('ends with the client: what the handler makes afterwards is nobody’s reply', async () => {
    using recorded = record()
    const later = Promise.withResolvers<void>()
    const request = makeRequest({ target: '/later' })
    const reply = makeApp(later.promise).handle(request)
    const gone = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone')
    request.settle({ status: 0, bytesSent: 0, aborted: true, error: gone })
    later.resolve()
    assert.equal((await reply).statusCode, 200)
    assert.deepEqual(recorded.names(), ['start', 'end', 'error', 'asyncEnd'])
    const end = { status: 0, aborted: true, error: gone, requestId: 'id-1' }
    assert.partialDeepStrictEqual(recorded.moments.at(-1)?.[1], end)
  })

  it('carries the store that is bound to its start through the handler', async () => {
    const storage = new AsyncLocalStorage<string>()
    const start: Channel<RequestEvent, string> = channel('tracing:zzz:request:start')
    start.bindStore(storage, (event) => event.path)
    try {
      const app = createApp({
        routes: [
          get('/deep', async (ctx) => {
            await null
            return ctx.text(String(storage.getStore()))
          }),
        ],
      })
      assert.equal(await (await app.fetch('/deep')).text(), '/deep')
      assert.equal(storage.getStore(), undefined)
    } finally {
      start.unbindStore(storage)
    }
  })

  it('leaves a request alone that nobody listens to, and its synchronous way', () => {
    const request = makeRequest({ target: '/users/1' })
    assert.equal((makeApp().handle(request) as Reply).body, 'Grüße')
    assert.equal(request.hasListeners, false)
    using recorded = record()
    assert.equal((makeApp().handle(makeRequest({ target: '/users/1' })) as Reply).body, 'Grüße')
    assert.deepEqual(recorded.names(), ['start', 'end', 'asyncStart'])
  })

  it('survives a subscriber that fails', async () => {
    const warned = Promise.withResolvers<Error>()
    process.once('warning', warned.resolve)
    using _broken = subscribe('zzz:request', {
      start() {
        throw new Error('no')
      },
    })
    assert.equal((await makeApp().fetch('/users/1')).status, 200)
    assert.match((await warned.promise).message, /^A subscriber of tracing:zzz:request:start failed: no$/)
  })
})
