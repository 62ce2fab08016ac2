import { type Clock, clockRule } from '../../clock.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import type { Redis } from '../../redis/redis.ts'
import { redisScript } from '../../redis/redis-script.ts'
import { type BucketStore, describeTaken } from './bucket-store.ts'

/** Options of `redisBuckets`. */
export interface RedisBucketsOptions {
  /** Stands before the keys of buckets. Default `bucket:`. */
  prefix?: string | undefined
  /** Default: the clock of Redis, which is the same for all machines. */
  clock?: Clock | undefined
}

const optionRules: OptionRules<RedisBucketsOptions> = {
  prefix: ['a text', (value) => typeof value === 'string'],
  clock: clockRule,
}

// A bucket is a text, `debt:at`, which is gone when it is full again. Answers whether there were enough tokens, and the debt.
const takeScript = redisScript(`
local tokens, window, cost, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local debt = 0
local state = redis.call('GET', KEYS[1])
if state then
  local before, at = string.match(state, '^(%d+):(%d+)$')
  debt = math.max(0, tonumber(before) - math.max(0, now - tonumber(at)) * tokens)
end
local wanted = math.max(0, debt + cost * window)
if wanted > tokens * window then return {0, string.format('%.0f', debt)} end
if wanted == 0 then
  redis.call('DEL', KEYS[1])
elseif cost ~= 0 then
  redis.call('SET', KEYS[1], string.format('%.0f:%.0f', wanted, now), 'PX', math.ceil(wanted / tokens))
end
return {1, string.format('%.0f', wanted)}
`)

/**
 * Buckets in Redis, for an application on several machines; taking is one script, so no two requests take the same token.
 * Rejects with what `redis.run` rejects with. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const redis = createRedis({ url: process.env.REDIS_URL })
 * rateLimit({ name: 'api', limit: 100, window: 60_000, store: redisBuckets(redis) })
 * ```
 */
export function redisBuckets(redis: Redis, options: RedisBucketsOptions = {}): BucketStore {
  checkOptions('redisBuckets', options, optionRules)
  const { prefix = 'bucket:', clock } = options
  return {
    async take(key, bucket, cost) {
      const now = clock === undefined ? '' : String(clock.now())
      const args = [String(bucket.tokens), String(bucket.window), String(cost), now]
      const [allowed, debt] = (await redis.run(takeScript, [prefix + key], args)) as [number, string]
      return describeTaken(allowed === 1, Number(debt), bucket, cost)
    },
  }
}
