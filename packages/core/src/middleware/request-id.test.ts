import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import { requestIdKey } from '../context/keys.ts'
import { get } from '../router/route.ts'
import { type RequestIdOptions, requestId } from './request-id.ts'

/** The id in the response's header and the one that the handler read. */
async function idOf(options: RequestIdOptions, headers: Record<string, string> = {}, path = '/') {
  const app = createApp({
    use: [requestId(options)],
    routes: [
      get('/', (ctx) => ctx.text(ctx.get(requestIdKey))),
      get('/later', async (ctx) => ctx.text(ctx.get(requestIdKey))),
      get('/fail', () => {
        throw new Error('x')
      }),
    ],
  })
  const response = await app.fetch(new Request(`http://localhost${path}`, { headers }))
  return {
    sent: response.headers.get(options.header ?? 'x-request-id'),
    read: await response.text(),
    response,
  }
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

describe('requestId', () => {
  it('makes an id for the handler and the response', async () => {
    for (const path of ['/', '/later']) {
      const first = await idOf({}, {}, path)
      const second = await idOf({}, {}, path)
      assert.match(first.read, uuid)
      assert.equal(first.sent, first.read)
      assert.notEqual(first.sent, second.sent)
    }
  })

  it('is on errors too, those that no route matches included', async () => {
    for (const path of ['/fail', '/missing']) assert.match((await idOf({}, {}, path)).sent as string, uuid)
  })

  it('takes the id of the client when it is sound', async () => {
    for (const given of ['a', 'A-b_c.d:e+f/g=0', 'x'.repeat(128)]) {
      const { sent, read } = await idOf({}, { 'X-Request-Id': given })
      assert.deepEqual([sent, read], [given, given])
    }
    for (const given of ['', 'a b', 'a,b', '<script>', 'ü', 'x'.repeat(129)]) {
      assert.match((await idOf({}, { 'x-request-id': given })).read, uuid, given)
    }
    assert.match((await idOf({ accept: false }, { 'x-request-id': 'abc' })).read, uuid)
  })

  it('goes by another header and generator', async () => {
    const options = { header: 'Trace', generate: () => 'made' }
    assert.deepEqual((await idOf(options, { 'x-request-id': 'abc' })).sent, 'made')
    const { sent, response } = await idOf(options, { trace: 'given' })
    assert.deepEqual([sent, response.headers.has('x-request-id')], ['given', false])
  })

  it('refuses impossible options', () => {
    const loose = requestId as unknown as (options: unknown) => void
    for (const options of [
      { header: '' },
      { header: 'request id' },
      { accept: 1 },
      { generate: 'uuid' },
      { headers: 'x' },
    ]) {
      const message = new RegExp(`requestId: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
  })
})
