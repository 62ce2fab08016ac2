import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Reply, type ReplyBody } from '../../http/reply.ts'
import { lifetimeOf, varyNames } from './storable.ts'

const now = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')
const wanted = { fresh: 10_000, stale: 5_000 }

function lifetime(headers: Record<string, string>, { status = 200, body = 'hello' as ReplyBody } = {}) {
  const reply = new Reply(status, body)
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  return lifetimeOf(reply, wanted, 100, now)
}

describe('lifetimeOf (RFC 9111 sections 3 and 4.2.1)', () => {
  const rows: readonly [headers: Record<string, string>, fresh: number, stale: number][] = [
    [{}, 10_000, 5000],
    [{ 'cache-control': 'public' }, 10_000, 5000],
    [{ 'cache-control': 'max-age=60' }, 10_000, 5000],
    [{ 'cache-control': 'max-age=3' }, 3000, 5000],
    [{ 'cache-control': 'max-age=60, s-maxage=4' }, 4000, 0],
    [{ 'cache-control': 'max-age=5, must-revalidate' }, 5000, 0],
    [{ expires: 'Sun, 06 Nov 1994 08:49:40 GMT' }, 3000, 5000],
    [{ expires: '0', 'cache-control': 'max-age=2' }, 2000, 5000],
    [{ vary: 'accept, Cookie' }, 10_000, 5000],
  ]
  for (const [headers, fresh, stale] of rows) {
    it(`keeps ${JSON.stringify(headers)}`, () => assert.deepEqual(lifetime(headers), { fresh, stale }))
  }

  for (const headers of [
    { 'cache-control': 'private' },
    { 'cache-control': 'Private="set-cookie", max-age=9' },
    { 'cache-control': 'no-store' },
    { 'cache-control': 'max-age=9, no-cache' },
    { 'cache-control': 'max-age=0' },
    { 'cache-control': 's-maxage=0, max-age=9' },
    { 'cache-control': 'max-age=soon' },
    { expires: '0' },
    { expires: 'Sun, 06 Nov 1994 08:49:37 GMT' },
    { 'set-cookie': 'a=b' },
    { vary: '*' },
    { vary: 'accept, *' },
  ] as Record<string, string>[]) {
    it(`does not keep ${JSON.stringify(headers)}`, () => assert.equal(lifetime(headers), undefined))
  }

  it('keeps what lasts and is at hand', () => {
    for (const status of [203, 301, 308]) assert.ok(lifetime({}, { status }))
    assert.ok(lifetime({}, { status: 204, body: null }))
    assert.ok(lifetime({}, { body: Buffer.alloc(100) }))
    for (const status of [201, 206, 302, 303, 304, 404, 410, 500])
      assert.equal(lifetime({}, { status }), undefined)
    for (const body of [
      new Response('a').body as ReadableStream<Uint8Array>,
      Buffer.alloc(101),
      '€'.repeat(34),
    ]) {
      assert.equal(lifetime({}, { body }), undefined)
    }
    const failed = new Reply(200, 'a')
    failed.error = new Error('x')
    assert.equal(lifetimeOf(failed, wanted, 100, now), undefined)
  })
})

it('varyNames reads lists of any form', () => {
  const names = (...lines: string[]) => {
    const reply = new Reply(200, null)
    for (const line of lines) reply.append('vary', line)
    return varyNames(reply)
  }
  assert.deepEqual(names(), [])
  assert.deepEqual(names('Accept,, accept-Language ', 'X'), ['accept', 'accept-language', 'x'])
})
