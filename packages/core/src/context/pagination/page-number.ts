import { ZzzError } from '../../errors.ts'
import { countRule, isText } from '../../internal/option-rules.ts'
import type { OptionRules } from '../../internal/options.ts'

/** What pagination reads of a request; every context is one. */
export interface PageRequest {
  readonly path: string
  readonly query: URLSearchParams
}

/** How many rows a page has. */
export interface PageSizes {
  /** Rows of a page unless the client asks for another number. Default 20. */
  perPage?: number | undefined
  /** Rows that a client can ask for at most; who asks for more gets so many. Default 100. */
  maxPerPage?: number | undefined
  /** The name of the query's parameter by which it asks: `per_page`. Default `perPage`. */
  perPageName?: string | undefined
}

/** The rules of sizes, for both kinds of pagination. */
export const sizeRules: OptionRules<PageSizes> = {
  perPage: countRule,
  maxPerPage: countRule,
  perPageName: [
    'the name of a parameter such as "per_page"',
    (value) => isText(value) && !['page', 'after', 'before'].includes(value),
  ],
}

/** The rows that the client wants on a page, within bounds. Throws `ZZZ_PAGE_INVALID`. */
export function readPerPage(
  { query }: PageRequest,
  { perPage = 20, maxPerPage = 100, perPageName = 'perPage' }: PageSizes,
): number {
  return Math.min(readCount(query, perPageName) ?? perPage, maxPerPage)
}

/** What links say of the size: a size that was asked for is kept, as it came out within bounds. */
export function keptPerPage(
  { query }: PageRequest,
  perPage: number,
  { perPageName = 'perPage' }: PageSizes,
): Readonly<Record<string, string | undefined>> {
  return { [perPageName]: query.has(perPageName) ? String(perPage) : undefined }
}

/** A number above 0 in the query; undefined where it is not given, or empty as forms send it. */
export function readCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? ''
  if (text === '') return undefined
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (count > 0) return count
  throw new ZzzError(
    'ZZZ_PAGE_INVALID',
    `The query says ${name}=${text}; that has to be a whole number above 0`,
  )
}
