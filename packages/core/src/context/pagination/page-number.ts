import { ZzzError } from '../../errors.ts'
import type { OptionRules } from '../../internal/options.ts'

/** What pagination reads of a request; every context is one. */
export interface PageRequest {
  readonly path: string
  readonly query: URLSearchParams
}

/** How many rows a page has. */
export interface PageSizes {
  /** Rows of a page unless the client asks for another number (`perPage`). Default 20. */
  perPage?: number | undefined
  /** Rows that a client can ask for at most; who asks for more gets so many. Default 100. */
  maxPerPage?: number | undefined
}

const countRule = [
  'a whole number above 0',
  (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0,
] as const

export const sizeRules: OptionRules<PageSizes> = { perPage: countRule, maxPerPage: countRule }

/** The rows that the client wants on a page, within bounds. Throws `ZZZ_PAGE_INVALID`. */
export function readPerPage({ query }: PageRequest, { perPage = 20, maxPerPage = 100 }: PageSizes): number {
  return Math.min(readCount(query, 'perPage') ?? perPage, maxPerPage)
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
