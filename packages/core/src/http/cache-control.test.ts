import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CacheDirectives, formatCacheControl, parseCacheControl } from './cache-control.ts'

describe('formatCacheControl', () => {
  it('writes directives in one order', () => {
    const rows: readonly [CacheDirectives, string][] = [
      [{ maxAge: 60, public: true }, 'public, max-age=60'],
      [{ noStore: true, noTransform: true }, 'no-store, no-transform'],
      [{ private: true, maxAge: 0, mustRevalidate: true }, 'private, must-revalidate, max-age=0'],
      [
        { maxAge: 1, sMaxAge: 2, staleWhileRevalidate: 3, staleIfError: 4 },
        'max-age=1, s-maxage=2, stale-while-revalidate=3, stale-if-error=4',
      ],
      [{ immutable: true, maxAge: 9, public: false, noStore: undefined }, 'immutable, max-age=9'],
      [{ noCache: true, proxyRevalidate: true }, 'no-cache, proxy-revalidate'],
    ]
    for (const [directives, expected] of rows) assert.equal(formatCacheControl('x', directives), expected)
  })

  it('refuses what cannot be or contradicts itself', () => {
    for (const directives of [
      {},
      { public: false },
      { maxAge: -1 },
      { maxAge: 0.5 },
      { maxAge: '60' },
      { public: 1 },
      { 'max-age': 1 },
      { public: true, private: true },
      { private: true, sMaxAge: 1 },
      { noStore: true, maxAge: 1 },
      { noStore: true, noCache: true },
      { noCache: true, immutable: true },
    ]) {
      assert.throws(() => formatCacheControl('cacheControl', directives as CacheDirectives), {
        code: 'ZZZ_OPTION_INVALID',
        message: /^cacheControl: /,
      })
    }
  })
})

describe('parseCacheControl', () => {
  it('reads names in any case, with and without values and quotes', () => {
    assert.deepEqual(
      [...parseCacheControl('Max-Age=60, PRIVATE ,s-maxage="5", no-cache="a, private", x = y,,')],
      [
        ['max-age', '60'],
        ['private', ''],
        ['s-maxage', '5'],
        ['no-cache', 'a, private'],
        ['x', 'y'],
      ],
    )
    assert.deepEqual([...parseCacheControl('max-age=1, max-age=2')], [['max-age', '1']])
    assert.equal(parseCacheControl(undefined).size, 0)
    assert.equal(parseCacheControl('"').size, 0)
  })
})
