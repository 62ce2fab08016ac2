import type { CacheStore } from '../../cache/cache-store.ts'
import { type Clock, clockRule } from '../../clock.ts'
import type { Context } from '../../context/context.ts'
import { ZzzError } from '../../errors.ts'
import { isToken } from '../../http/token.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'

/** Options of `responseCache`. */
export interface ResponseCacheOptions {
  /** Seconds that a reply is kept; less where the reply says so. */
  maxAge: number
  /** Seconds after that in which it is still served, while a new one is made behind it. Default 0. */
  staleWhileRevalidate?: number | undefined
  /** Request headers that replies differ by, besides those that they name in `Vary` themselves. Default: none. */
  vary?: readonly string[] | undefined
  /**
   * What tells one reply from another; undefined for a request that passes by. Default: scheme, host, path and query, as
   * they were sent.
   */
  key?: ((ctx: Context) => string | undefined) | undefined
  /**
   * Requests with `Cookie` or `Authorization` get kept replies too, and theirs are kept: only where no reply depends on
   * who asks. Default false: they pass by.
   */
  credentials?: boolean | undefined
  /** Bytes of a body that is kept, at most. Default 1 MiB. */
  limit?: number | undefined
  /** Milliseconds to wait for a reply that another request is making already, before making one's own. Default 5,000. */
  wait?: number | undefined
  /** Default: a `memoryStore` of its own, of at most 10,000 replies and 64 MiB. */
  store?: CacheStore | undefined
  /** Default: the machine's. */
  clock?: Clock | undefined
}

const isSeconds = (value: unknown) => Number.isFinite(value) && (value as number) >= 0

const optionRules: OptionRules<ResponseCacheOptions> = {
  maxAge: ['a number of seconds above 0', (value) => isSeconds(value) && value !== 0],
  staleWhileRevalidate: ['a number of seconds', isSeconds],
  vary: ['a list of header names', isNames],
  key: ['a function', (value) => typeof value === 'function'],
  credentials: ['true or false', (value) => typeof value === 'boolean'],
  limit: ['a number of bytes', (value) => Number.isSafeInteger(value) && (value as number) >= 0],
  wait: ['milliseconds up to 2,147,483,647', (value) => isSeconds(value) && (value as number) < 2 ** 31],
  store: ['a cache store', (value) => typeof (value as Partial<CacheStore> | null)?.get === 'function'],
  clock: clockRule,
}

/** Throws `ZZZ_OPTION_INVALID`. */
export function checkResponseCacheOptions(options: ResponseCacheOptions): void {
  checkOptions('responseCache', options, optionRules)
  if (options.maxAge === undefined) {
    throw new ZzzError('ZZZ_OPTION_INVALID', 'responseCache: option "maxAge" is missing')
  }
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => isToken(String(name)) && name !== '*')
}
