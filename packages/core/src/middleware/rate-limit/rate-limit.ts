import { hash } from 'node:crypto'
import type { Context } from '../../context/context.ts'
import type { Middleware } from '../../context/middleware.ts'
import { ZzzError } from '../../errors.ts'
import { countRule, flagRule, functionRule, isAmount, isCount, oneOf } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, requireOption } from '../../internal/options.ts'
import { reportError } from '../../internal/report.ts'
import type { Bucket, BucketStore, Taken } from './bucket-store.ts'
import { clientKey } from './client-key.ts'
import { memoryBuckets } from './memory-buckets.ts'

/** Options of `rateLimit`. */
export interface RateLimitOptions {
  /** Requests that a client may make at once, and in each window: the tokens of its bucket. */
  limit: number
  /** Milliseconds in which an empty bucket fills again, evenly: with 5 in 60,000, a token comes back every 12 seconds. */
  window: number
  /**
   * The client that a request counts for, now or later: a user, an API key, an account that somebody wants into. Where it is
   * undefined or empty, and by default, it is the address (`ctx.ip`), of IPv6 the first 64 bits.
   */
  by?: ((ctx: Context) => string | undefined | PromiseLike<string | undefined>) | undefined
  /** Tokens that a request takes; more than `limit` counts as `limit`, and 0 only asks for none. Default 1. */
  cost?: number | ((ctx: Context) => number) | undefined
  /**
   * What counts: every request (`all`, default), or those with a reply from 400 on (`failures`), such as wrong passwords.
   * Each takes its tokens before it is handled, so that many at once get no further, and those that succeed give them back.
   */
  count?: 'all' | 'failures' | undefined
  /** Requests that do not count. Default: none. */
  skip?: ((ctx: Context) => boolean) | undefined
  /** Names the limit to clients, and its buckets in a store; letters, digits, `-_.`. Needed with `store`. Default `default`. */
  name?: string | undefined
  /** Where the buckets are. Default: a memory of their own, `memoryBuckets`. */
  store?: BucketStore | undefined
  /** Tell clients what they have left (`RateLimit`, `RateLimit-Policy`). Default true. */
  headers?: boolean | undefined
  /**
   * When the store cannot be asked: `pass` lets requests through and reports it once, `refuse` answers with the store's error.
   * Default `pass`: a limit is there to keep the application up.
   */
  whenStoreFails?: 'pass' | 'refuse' | undefined
}

const optionRules: OptionRules<RateLimitOptions> = {
  limit: countRule,
  window: ['a whole number of milliseconds above 0', isCount],
  by: functionRule,
  cost: ['a whole number, or a function', (value) => isAmount(value) || typeof value === 'function'],
  count: oneOf('all', 'failures'),
  skip: functionRule,
  name: [
    'at most 64 letters, digits, or -_.',
    (value) => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value),
  ],
  store: ['a store of buckets', (value) => typeof (value as BucketStore | null)?.take === 'function'],
  headers: flagRule,
  whenStoreFails: oneOf('pass', 'refuse'),
}

/**
 * Limits how often a client may ask: each has a bucket of tokens (see `limit` and `window`), a request takes one, and
 * without any the answer is 429 (`ZZZ_RATE_LIMITED`) with `Retry-After`. Replies carry `RateLimit-Policy: "name";q=5;w=60`
 * and `RateLimit: "name";r=4;t=12` (draft-ietf-httpapi-ratelimit-headers-10): tokens left, and seconds until all are back.
 *
 * Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * post('/login', { use: [rateLimit({ limit: 5, window: 60_000 })] }, login)
 * ```
 */
export function rateLimit(options: RateLimitOptions): Middleware {
  checkOptions('rateLimit', options, optionRules)
  requireOption('rateLimit', options, 'limit')
  requireOption('rateLimit', options, 'window')
  const {
    limit,
    window,
    by,
    count = 'all',
    skip,
    name = 'default',
    headers = true,
    whenStoreFails = 'pass',
  } = options
  if (!Number.isSafeInteger(limit * window))
    throw refused('"limit" times "window" is too large to count exactly')
  if (options.store !== undefined && options.name === undefined) {
    throw refused(
      'option "name" is needed with "store", to tell its buckets from those of other limits in it',
    )
  }
  const store = options.store ?? memoryBuckets({ name: 'rateLimit' })
  const bucket: Bucket = { tokens: limit, window }
  const prefix = `${name}:${limit}:${window}:`
  const policy = `"${name}";q=${limit};w=${Math.ceil(window / 1000)}`
  const costOf = costFunction(options)
  let failing = false

  async function take(key: string, cost: number): Promise<Taken | undefined> {
    try {
      const taken = await store.take(key, bucket, cost)
      failing = false
      return taken
    } catch (error) {
      if (whenStoreFails === 'refuse') throw error
      if (!failing)
        reportError(error, `rateLimit "${name}" lets all requests pass, as its store does not answer`)
      failing = true
      return undefined
    }
  }

  /** The request has succeeded, so a store that fails now must not undo it. */
  async function giveBack(key: string, cost: number, taken: Taken): Promise<Taken> {
    try {
      return await store.take(key, bucket, -cost)
    } catch (error) {
      reportError(error, `rateLimit "${name}" could not give tokens back`)
      return taken
    }
  }

  const state = ({ remaining, fullAfter }: Taken) =>
    `"${name}";r=${remaining};t=${Math.ceil(fullAfter / 1000)}`

  return async function rateLimit(ctx, next) {
    if (skip?.(ctx) === true) return next()
    const key = prefix + (await keyOf(ctx, by))
    const cost = costOf(ctx)
    const taken = await take(key, cost)
    if (taken === undefined) return next()
    if (!taken.allowed) {
      const seconds = Math.ceil(taken.retryAfter / 1000)
      throw new ZzzError('ZZZ_RATE_LIMITED', `Too many requests; try again in ${seconds} s`, {
        headers: {
          'retry-after': String(seconds),
          ...(headers && { 'ratelimit-policy': policy, ratelimit: state(taken) }),
        },
      })
    }
    const reply = await next()
    const refunded = count === 'failures' && reply.statusCode < 400
    const left = refunded ? await giveBack(key, cost, taken) : taken
    return headers ? reply.append('ratelimit-policy', policy).append('ratelimit', state(left)) : reply
  }
}

async function keyOf(ctx: Context, by: RateLimitOptions['by']): Promise<string> {
  const key = await by?.(ctx)
  // What clients send may be long, and secret.
  if (typeof key === 'string' && key !== '') return `key:${hash('sha256', key, 'base64url')}`
  return `ip:${clientKey(ctx.ip)}`
}

function costFunction({ cost = 1, limit }: RateLimitOptions): (ctx: Context) => number {
  if (typeof cost === 'number') {
    const fixed = Math.min(cost, limit)
    return () => fixed
  }
  return (ctx) => {
    const value = cost(ctx)
    if (Number.isSafeInteger(value) && value >= 0) return Math.min(value, limit)
    throw refused(`the function "cost" has to answer a whole number from 0, and answered ${value}`)
  }
}

function refused(why: string): ZzzError {
  return new ZzzError('ZZZ_OPTION_INVALID', `rateLimit: ${why}`)
}
