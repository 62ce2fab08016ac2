import type { CacheStore } from '../../cache/cache-store.ts'
import { type Clock, clockRule } from '../../clock.ts'
import type { Context } from '../../context/context.ts'
import { isToken } from '../../http/token.ts'
import { bytesRule, flagRule, functionRule, isDelay } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, requireOption } from '../../internal/options.ts'

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
  bodyLimit?: number | undefined
  /** Milliseconds to wait for a reply that another request is making already, before making one's own. Default 5,000. */
  wait?: number | undefined
  /** Default: a `memoryStore` of its own, of at most 10,000 replies and 64 MiB. */
  store?: CacheStore | undefined
  /** Default: the machine's. */
  clock?: Clock | undefined
}

const optionRules: OptionRules<ResponseCacheOptions> = {
  maxAge: ['a number of seconds above 0', (value) => Number.isFinite(value) && (value as number) > 0],
  staleWhileRevalidate: ['a number of seconds', (value) => Number.isFinite(value) && (value as number) >= 0],
  vary: ['a list of header names', isNames],
  key: functionRule,
  credentials: flagRule,
  bodyLimit: bytesRule,
  wait: ['0, or milliseconds up to 2,147,483,647', (value) => value === 0 || isDelay(value)],
  store: ['a cache store', (value) => typeof (value as Partial<CacheStore> | null)?.get === 'function'],
  clock: clockRule,
}

/** Throws `ZZZ_OPTION_INVALID`. */
export function checkResponseCacheOptions(options: ResponseCacheOptions): void {
  checkOptions('responseCache', options, optionRules)
  requireOption('responseCache', options, 'maxAge')
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => isToken(String(name)) && name !== '*')
}
