import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Reply } from '../../http/reply.ts'
import { makeContext } from '../context.suite.ts'
import { type OffsetTotals, offsetPagination } from './offset-pagination.ts'
import type { PageSizes } from './page-number.ts'

const ask = (query: string) => makeContext({ target: `/posts${query}` })
const read = (query: string, sizes?: PageSizes) => offsetPagination(sizes).read(ask(query))

describe('offsetPagination: reading', () => {
  const rows: readonly [query: string, page: number, perPage: number, offset: number][] = [
    ['', 1, 20, 0],
    ['?page=1', 1, 20, 0],
    ['?page=3&perPage=10', 3, 10, 20],
    ['?page=007', 7, 20, 120],
    ['?perPage=1000', 1, 100, 0],
    ['?page=&perPage=', 1, 20, 0],
    ['?page=2&page=x', 2, 20, 20],
    ['?page=90000000000000', 90_000_000_000_000, 20, 1_799_999_999_999_980],
  ]
  for (const [query, page, perPage, offset] of rows) {
    it(query, () => assert.deepEqual(read(query), { page, perPage, limit: perPage, offset }))
  }

  for (const query of [
    '?page=0',
    '?page=-1',
    '?page=1.5',
    '?page=x',
    '?page=1e3',
    '?page=%201',
    '?page=٣',
    '?perPage=0',
  ]) {
    it(`refuses ${query}`, () => assert.throws(() => read(query), { code: 'ZZZ_PAGE_INVALID', status: 400 }))
  }

  it('refuses pages beyond all numbers', () => {
    for (const query of ['?page=999999999999999&perPage=100', `?page=${'9'.repeat(400)}`]) {
      assert.throws(() => read(query), { code: 'ZZZ_PAGE_INVALID' })
    }
  })

  it('takes its sizes from its options', () => {
    assert.equal(read('', { perPage: 5 }).limit, 5)
    assert.equal(read('?perPage=9', { maxPerPage: 7 }).limit, 7)
    assert.equal(read('', { perPage: 50, maxPerPage: 30 }).limit, 30)
    const own = { perPageName: 'per_page', maxPerPage: 30 }
    assert.equal(read('?per_page=50&perPage=5', own).limit, 30)
    assert.throws(() => read('?per_page=0', own), { code: 'ZZZ_PAGE_INVALID', message: /per_page=0/ })
    const wrong = [
      { perPage: 0 },
      { maxPerPage: 1.5 },
      { size: 1 },
      { perPageName: '' },
      { perPageName: 'page' },
    ]
    for (const sizes of wrong) {
      assert.throws(() => offsetPagination(sizes as PageSizes), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})

describe('offsetPagination: links (RFC 8288)', () => {
  const pages = offsetPagination()
  function links(query: string, totals?: OffsetTotals) {
    const ctx = ask(query)
    const reply = pages.link(ctx, new Reply(200, null), pages.read(ctx), totals)
    return { link: reply.headers.get('link'), total: reply.headers.get('x-total-count') }
  }

  const rows: readonly [query: string, totals: OffsetTotals | undefined, link: string][] = [
    ['', undefined, '<?page=1>; rel="first"'],
    ['', { hasNext: true }, '<?page=1>; rel="first", <?page=2>; rel="next"'],
    ['?page=2', { hasNext: false }, '<?page=1>; rel="first", <?page=1>; rel="prev"'],
    [
      '?page=2',
      { total: 45 },
      '<?page=1>; rel="first", <?page=1>; rel="prev", <?page=3>; rel="next", <?page=3>; rel="last"',
    ],
    ['?page=3', { total: 45 }, '<?page=1>; rel="first", <?page=2>; rel="prev", <?page=3>; rel="last"'],
    ['?page=2', { total: 40 }, '<?page=1>; rel="first", <?page=1>; rel="prev", <?page=2>; rel="last"'],
    ['?page=99', { total: 45 }, '<?page=1>; rel="first", <?page=3>; rel="prev", <?page=3>; rel="last"'],
    ['', { total: 0 }, '<?page=1>; rel="first", <?page=1>; rel="last"'],
  ]
  for (const [query, totals, link] of rows) {
    it(`${query || 'the first page'} of ${JSON.stringify(totals)}`, () => {
      assert.deepEqual(links(query, totals), { link, total: totals?.total?.toString() })
    })
  }

  it('keeps other parameters, and the size within bounds', () => {
    assert.equal(
      links('?tag=a&tag=b%20c&page=1&perPage=1000&q=%3E%3B%22,%0d%0aSet-Cookie').link,
      '<?tag=a&tag=b+c&page=1&perPage=100&q=%3E%3B%22%2C%0D%0ASet-Cookie>; rel="first"',
    )
  })

  it('keeps the size by the name that it has', () => {
    const pages = offsetPagination({ perPageName: 'per_page' })
    const ctx = ask('?per_page=200')
    const reply = pages.link(ctx, new Reply(200, null), pages.read(ctx))
    assert.equal(reply.headers.get('link'), '<?per_page=100&page=1>; rel="first"')
  })

  it('stands beside links that are there', () => {
    const ctx = ask('')
    const reply = pages.link(
      ctx,
      new Reply(200, null).header('link', '</a.css>; rel=preload'),
      pages.read(ctx),
    )
    assert.deepEqual(reply.headers.getAll('link'), ['</a.css>; rel=preload', '<?page=1>; rel="first"'])
  })

  it('refuses totals that are none', () => {
    for (const totals of [{ total: '45' }, { total: -1 }, { total: 1.5 }, { hasNext: 1 }, { count: 1 }]) {
      assert.throws(() => links('', totals as OffsetTotals), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})
