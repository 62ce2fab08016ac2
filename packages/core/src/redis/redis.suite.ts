import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { createRedis, type Redis } from './redis.ts'

/** Where the tests find Redis. */
export const redisUrl: string = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'

/**
 * For the option `skip` of a test: false when Redis answers, else why the test is skipped, which is said aloud. Throws
 * under CI, where nothing may be missing.
 */
export async function withoutRedis(): Promise<string | false> {
  if (await isListening(new URL(redisUrl))) return false
  const reason = `no Redis at ${redisUrl} (set REDIS_URL, or start redis-server)`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`SKIPPED: ${reason}`)
  return reason
}

/** A connection for one test, and a prefix for its keys; both are gone when the test has ended. */
export async function redisForTest(t: TestContext): Promise<{ redis: Redis; prefix: string }> {
  const redis = createRedis({ url: redisUrl })
  const prefix = `zzz-test:${randomUUID()}:`
  await redis.start()
  t.after(async () => {
    const keys = (await redis.command('KEYS', `${prefix}*`)) as string[]
    if (keys.length > 0) await redis.command('DEL', ...keys)
    await redis.stop({ deadline: 2000 })
  })
  return { redis, prefix }
}

function isListening({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 6379) })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
