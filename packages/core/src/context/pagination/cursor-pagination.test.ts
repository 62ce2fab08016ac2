import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Reply } from '../../http/reply.ts'
import { makeContext } from '../context.suite.ts'
import { type CursorPaginationOptions, cursorPagination } from './cursor-pagination.ts'

type Cursor = readonly [date: string, id: number]

const parse = (value: unknown): Cursor | undefined =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number'
    ? [value[0], value[1]]
    : undefined
const cursor: Cursor = ['2026-11-24', 42]
const ask = (query: string, path = '/posts') => makeContext({ target: path + query })

for (const signed of [false, true]) {
  describe(`cursorPagination, ${signed ? 'signed' : 'plain'}`, () => {
    const pages = cursorPagination({ parse, signed })
    const text = pages.encode(ask(''), cursor)

    it('reads what it wrote, and where to go from there', () => {
      assert.match(text, /^[\w-]+$/)
      const none = { perPage: 20, limit: 20, after: undefined, before: undefined }
      assert.deepEqual(pages.read(ask('')), none)
      assert.deepEqual(pages.read(ask('?after=&before=')), none)
      assert.deepEqual(pages.read(ask(`?after=${text}`)), { ...none, after: cursor })
      assert.deepEqual(pages.read(ask(`?before=${text}&perPage=500`)), {
        perPage: 100,
        limit: 100,
        after: undefined,
        before: cursor,
      })
    })

    it('refuses what it did not write', () => {
      const other = cursorPagination<unknown>({ parse: (value) => value, signed })
      const forged = [
        'x',
        '!',
        'null',
        text.slice(0, -4),
        `${text.slice(0, 10)}AAAA${text.slice(14)}`,
        other.encode(ask(''), { id: 1 }),
      ]
      for (const bad of forged) {
        assert.throws(
          () => pages.read(ask(`?after=${encodeURIComponent(bad)}`)),
          { code: 'ZZZ_PAGE_INVALID', status: 400 },
          bad,
        )
      }
      assert.throws(() => pages.read(ask(`?after=${text}&before=${text}`)), { code: 'ZZZ_PAGE_INVALID' })
      assert.throws(() => pages.read(ask('?perPage=x')), { code: 'ZZZ_PAGE_INVALID' })
    })

    it('links to its neighbours, keeping other parameters', () => {
      const ctx = ask(`?tag=a&after=${text}&perPage=1000`)
      const link = (ends: { next?: Cursor; prev?: Cursor }) =>
        pages.link(ctx, new Reply(200, null), pages.read(ctx), ends).headers.get('link')
      assert.equal(link({}), '<?tag=a&perPage=100>; rel="first"')
      const own = cursorPagination({ parse, perPageName: 'per_page' })
      const sized = ask('?per_page=5')
      assert.equal(own.read(sized).limit, 5)
      const first = own.link(sized, new Reply(200, null), own.read(sized), {}).headers.get('link')
      assert.equal(first, '<?per_page=5>; rel="first"')
      const both = String(link({ next: ['b', 2], prev: ['a', 1] }))
      const found = [...both.matchAll(/<(\?[^>]*)>; rel="(\w+)"/g)].map(([, query = '', relation]) => {
        const { after, before, limit } = pages.read(ask(query))
        return [relation, after, before, limit]
      })
      assert.deepEqual(found, [
        ['first', undefined, undefined, 100],
        ['prev', undefined, ['a', 1], 100],
        ['next', ['b', 2], undefined, 100],
      ])
    })
  })
}

describe('cursorPagination', () => {
  it('signs for one path', () => {
    const pages = cursorPagination({ parse, signed: true })
    const text = pages.encode(ask(''), cursor)
    assert.throws(() => pages.read(ask(`?after=${text}`, '/users')), { code: 'ZZZ_PAGE_INVALID' })
    const plain = cursorPagination({ parse }).encode(ask(''), cursor)
    assert.throws(() => pages.read(ask(`?after=${plain}`)), { code: 'ZZZ_PAGE_INVALID' })
  })

  it('takes a parse that throws for one that refuses', () => {
    const pages = cursorPagination({ parse: (value) => (value as { id: number }[])[0]?.id })
    assert.throws(() => pages.read(ask(`?after=${pages.encode(ask(''), null as never)}`)), {
      code: 'ZZZ_PAGE_INVALID',
    })
  })

  it('refuses options that cannot be', () => {
    for (const options of [
      {},
      { parse: 1 },
      { parse, signed: 1 },
      { parse, perPage: 0 },
      { parse, size: 1 },
    ]) {
      assert.throws(() => cursorPagination(options as CursorPaginationOptions<unknown>), {
        code: 'ZZZ_OPTION_INVALID',
      })
    }
  })
})
