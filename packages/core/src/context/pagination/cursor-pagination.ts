import { ZzzError } from '../../errors.ts'
import type { Reply } from '../../http/reply.ts'
import { flagRule, functionRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, requireOption } from '../../internal/options.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import { addPageLinks, type PageRelation, type QueryChange } from './page-links.ts'
import { keptPerPage, type PageRequest, type PageSizes, readPerPage, sizeRules } from './page-number.ts'

/** What pagination by cursor reads of a request; every context is one. */
export interface CursorRequest extends PageRequest {
  readonly app: { readonly secrets: Secrets }
}

/** A page by the row that it begins behind. */
export interface CursorPage<T> {
  readonly perPage: number
  /** Rows to fetch: `perPage`. Fetch one more to know whether there is a next page. */
  readonly limit: number
  /** The rows behind this one are wanted; undefined from the beginning. */
  readonly after: T | undefined
  /** The rows in front of this one are wanted, the nearest of them. */
  readonly before: T | undefined
}

/** Where the neighbours of a page begin; undefined where there is none. */
export interface CursorEnds<T> {
  /** The cursor of the last row of this page, when there are more behind it. */
  next?: T | undefined
  /** The cursor of its first row, when there are more in front of it. */
  prev?: T | undefined
}

/** Options of `cursorPagination`. */
export interface CursorPaginationOptions<T> extends PageSizes {
  /** The cursor in what came from the client, as JSON gives it; undefined for what is none. */
  parse: (value: unknown) => T | undefined
  /** Sign cursors, so that a client can only send those that it was given for this path. Default false. */
  signed?: boolean | undefined
}

/** Pages by cursor: `?after=…&perPage=50`, `?before=…`. */
export interface CursorPagination<T> {
  /** The page that a request asks for. Throws `ZZZ_PAGE_INVALID` (400) for what is no cursor of ours, and for two. */
  read(request: CursorRequest): CursorPage<T>
  /** Adds the `Link` header with first, prev and next (RFC 8288). */
  link(request: CursorRequest, reply: Reply, page: CursorPage<T>, ends: CursorEnds<T>): Reply
  /** A cursor as text, for a body that has links of its own. */
  encode(request: CursorRequest, cursor: T): string
}

const optionRules: OptionRules<CursorPaginationOptions<unknown>> = {
  ...sizeRules,
  parse: functionRule,
  signed: flagRule,
}

const purpose = 'zzz pagination cursor'

/**
 * Pagination by cursor: each page begins behind a row that the client has seen, so rows that come in meanwhile shift
 * nothing, and far pages are as fast as near ones. A cursor is what the rows are sorted by, ending in something unique
 * (`[insertedAt, id]`); clients see opaque text. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const pages = cursorPagination({ parse: (value) => (typeof value === 'number' ? value : undefined) })
 * const page = pages.read(ctx)                                          // { limit: 20, after: 41, … }
 * return pages.link(ctx, ctx.json(rows), page, { next: rows.at(-1)?.id })
 * ```
 */
export function cursorPagination<T>(options: CursorPaginationOptions<T>): CursorPagination<T> {
  checkOptions('cursorPagination', options, optionRules)
  requireOption('cursorPagination', options, 'parse')
  const { parse, signed = false } = options

  function encode({ path, app }: CursorRequest, cursor: T): string {
    if (!signed) return Buffer.from(JSON.stringify(cursor)).toString('base64url')
    return app.secrets.sign(purpose, JSON.stringify([path, cursor]))
  }

  function decode({ path, app }: CursorRequest, text: string): unknown {
    if (!signed) return JSON.parse(Buffer.from(text, 'base64url').toString())
    const [owner, cursor] = JSON.parse(app.secrets.verify(purpose, text) ?? '[]') as unknown[]
    return owner === path ? cursor : undefined
  }

  function read(request: CursorRequest, name: string): T | undefined {
    const text = request.query.get(name) ?? ''
    if (text === '') return undefined
    const cursor = attempt(() => parse(decode(request, text)))
    if (cursor !== undefined) return cursor
    throw new ZzzError(
      'ZZZ_PAGE_INVALID',
      `What the query says as ${name} is no cursor that was given out here`,
    )
  }

  return {
    encode,
    read(request) {
      const perPage = readPerPage(request, options)
      const [after, before] = [read(request, 'after'), read(request, 'before')]
      if (after === undefined || before === undefined) return { perPage, limit: perPage, after, before }
      throw new ZzzError('ZZZ_PAGE_INVALID', 'The query says both after and before; a page has one of them')
    },
    link(request, reply, { perPage }, { next, prev }) {
      const size = keptPerPage(request, perPage, options)
      const to = (change: QueryChange): QueryChange => ({
        after: undefined,
        before: undefined,
        ...size,
        ...change,
      })
      const links: [PageRelation, QueryChange][] = [['first', to({})]]
      if (prev !== undefined) links.push(['prev', to({ before: encode(request, prev) })])
      if (next !== undefined) links.push(['next', to({ after: encode(request, next) })])
      return addPageLinks(request, reply, links)
    },
  }
}

/** A client's text may be no JSON, or JSON that `parse` does not expect. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
