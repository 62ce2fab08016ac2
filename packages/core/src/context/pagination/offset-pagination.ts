import { ZzzError } from '../../errors.ts'
import type { Reply } from '../../http/reply.ts'
import { flagRule, isAmount } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { addPageLinks, type PageRelation, type QueryChange } from './page-links.ts'
import {
  keptPerPage,
  type PageRequest,
  type PageSizes,
  readCount,
  readPerPage,
  sizeRules,
} from './page-number.ts'

/** A page by its number. */
export interface OffsetPage {
  /** From 1. */
  readonly page: number
  readonly perPage: number
  /** Rows to fetch: `perPage`. */
  readonly limit: number
  /** Rows to skip. */
  readonly offset: number
}

/** What there is beyond a page; give what you know. */
export interface OffsetTotals {
  /** Rows in all: makes the links `next` and `last`, and the header `X-Total-Count`. Default: not known. */
  total?: number | undefined
  /** Whether there is a next page, where counting everything would cost too much. Default false. */
  hasNext?: boolean | undefined
}

/** Pages by number: `?page=2&perPage=50`. */
export interface OffsetPagination {
  /** The page that a request asks for. Throws `ZZZ_PAGE_INVALID` (400) for what is no number above 0. */
  read(request: PageRequest): OffsetPage
  /** Adds the `Link` header with first, prev, next and last (RFC 8288), as far as they are known. */
  link(request: PageRequest, reply: Reply, page: OffsetPage, totals?: OffsetTotals): Reply
}

const totalRules: OptionRules<OffsetTotals> = {
  total: ['a whole number', isAmount],
  hasNext: flagRule,
}

/**
 * Pagination by page number: a reader can jump to any page, but rows that come in meanwhile shift the others, and far
 * pages are slow in most databases. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const pages = offsetPagination({ perPage: 20, maxPerPage: 100 })
 * const page = pages.read(ctx)                                    // { page: 2, perPage: 20, limit: 20, offset: 20 }
 * return pages.link(ctx, ctx.json(rows), page, { total: 45 })     // link: <?page=1>; rel="first", …
 * ```
 */
export function offsetPagination(sizes: PageSizes = {}): OffsetPagination {
  checkOptions('offsetPagination', sizes, sizeRules)
  return {
    read(request) {
      const perPage = readPerPage(request, sizes)
      const page = readCount(request.query, 'page') ?? 1
      const offset = (page - 1) * perPage
      if (Number.isSafeInteger(offset + perPage)) return { page, perPage, limit: perPage, offset }
      throw new ZzzError('ZZZ_PAGE_INVALID', `There is no page ${page}`)
    },
    link(request, reply, page, totals = {}) {
      checkOptions('offsetPagination, link', totals, totalRules)
      if (totals.total !== undefined) reply.header('x-total-count', String(totals.total))
      return addPageLinks(
        request,
        reply,
        offsetLinks(page, totals, keptPerPage(request, page.perPage, sizes)),
      )
    },
  }
}

function offsetLinks(
  { page, perPage }: OffsetPage,
  { total, hasNext = false }: OffsetTotals,
  size: QueryChange,
): [PageRelation, QueryChange][] {
  const to = (number: number): QueryChange => ({ page: String(number), ...size })
  const last = total === undefined ? undefined : Math.max(1, Math.ceil(total / perPage))
  const links: [PageRelation, QueryChange][] = [['first', to(1)]]
  if (page > 1) links.push(['prev', to(Math.min(page - 1, last ?? page))])
  if (last === undefined ? hasNext : page < last) links.push(['next', to(page + 1)])
  if (last !== undefined) links.push(['last', to(last)])
  return links
}
