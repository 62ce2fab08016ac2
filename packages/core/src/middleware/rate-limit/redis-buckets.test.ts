import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { redisForTest, withoutRedis } from '../../redis/redis.suite.ts'
import { get } from '../../router/route.ts'
import { testBucketStore } from './bucket-store.suite.ts'
import { rateLimit } from './rate-limit.ts'
import { redisBuckets } from './redis-buckets.ts'

const skip = await withoutRedis()

describe('redisBuckets', { skip }, () => {
  testBucketStore(async (t, clock) => {
    const { redis, prefix } = await redisForTest(t)
    return redisBuckets(redis, { prefix, clock })
  })

  it('goes by the clock of Redis, and leaves keys that expire by themselves', async (t) => {
    const { redis, prefix } = await redisForTest(t)
    const store = redisBuckets(redis, { prefix })
    const bucket = { tokens: 5, window: 600_000 }
    const taken = await store.take('a', bucket, 2)
    assert.deepEqual(taken, { allowed: true, remaining: 3, retryAfter: 0, fullAfter: 240_000 })
    const ttl = Number(await redis.command('PTTL', `${prefix}a`))
    assert.ok(ttl > 200_000 && ttl <= 240_000, String(ttl))
    await store.take('full', bucket, 0)
    assert.equal(await redis.command('EXISTS', `${prefix}full`), 0)
  })

  it('holds a limit across several connections: 100 requests at once, 20 pass', async (t) => {
    const { redis, prefix } = await redisForTest(t)
    const other = (await redisForTest(t)).redis
    const apps = [redis, other].map((connection) => {
      const store = redisBuckets(connection, { prefix })
      return createApp({
        environment: 'production',
        use: [rateLimit({ name: 'api', limit: 20, window: 3_600_000, store })],
        routes: [get('/', (ctx) => ctx.text('in'))],
      })
    })
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        apps[i % 2]?.handle(makeRequest({ peer: { remoteAddress: '192.0.2.1' } })),
      ),
    )
    const statuses = replies.map((reply) => reply?.statusCode)
    assert.equal(statuses.filter((status) => status === 200).length, 20)
    assert.equal(statuses.filter((status) => status === 429).length, 80)
  })

  it('refuses options that cannot be', async (t) => {
    const { redis } = await redisForTest(t)
    for (const options of [{ prefix: 7 }, { clock: 7 }, { url: 'x' }]) {
      assert.throws(() => redisBuckets(redis, options as object), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})
