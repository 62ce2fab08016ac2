import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { redisForTest, withoutRedis } from '../../redis/redis.suite.ts'
import { sessionStoreSuite } from '../session-store.suite.ts'
import { redisSessions } from './redis-sessions.ts'

const skip = await withoutRedis()

sessionStoreSuite(
  'redisSessions',
  async (t, clock) => {
    const { redis, prefix } = await redisForTest(t)
    return redisSessions(redis, { prefix, clock })
  },
  skip,
)

describe('redisSessions', { skip }, () => {
  it('lets Redis forget what expires', async (t) => {
    const { redis, prefix } = await redisForTest(t)
    const store = redisSessions(redis, { prefix })
    const expiresAt = Date.now() + 60_000
    await store.create('id', { values: { a: '1' }, createdAt: Date.now(), expiresAt })
    assert.equal(await redis.command('PEXPIRETIME', `${prefix}id`), expiresAt)
    await store.update('id', { set: { a: '2' }, remove: [], expiresAt: expiresAt + 1000 })
    assert.equal(await redis.command('PEXPIRETIME', `${prefix}id`), expiresAt + 1000)
  })

  it('fails as the connection does', async (t) => {
    const { redis, prefix } = await redisForTest(t)
    const store = redisSessions(redis, { prefix })
    await redis.command('SET', `${prefix}id`, 'no hash')
    await assert.rejects(store.load('id'), { code: 'ZZZ_REDIS_FAILED' })
  })

  it('refuses impossible options', async (t) => {
    const { redis } = await redisForTest(t)
    const loose = redisSessions as (connection: unknown, options: object) => unknown
    for (const options of [{ prefix: 1 }, { clock: {} }, { ttl: 1 }]) {
      const message = new RegExp(`redisSessions: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(redis, options), { code: 'ZZZ_OPTION_INVALID', message })
    }
  })
})
