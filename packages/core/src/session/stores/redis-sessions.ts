import { type Clock, clockRule, systemClock } from '../../clock.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import type { Redis } from '../../redis/redis.ts'
import { redisScript } from '../../redis/redis-script.ts'
import type { SessionStore, StoredSession } from '../session-store.ts'

/** Options of `redisSessions`. */
export interface RedisSessionsOptions {
  /** Stands before the ids of sessions in the names of keys. Default `session:`. */
  prefix?: string | undefined
  /** What sessions expire by, beside the clock of Redis that removes them. Default: the machine's. */
  clock?: Clock | undefined
}

const optionRules: OptionRules<RedisSessionsOptions> = {
  prefix: ['a text', (value) => typeof value === 'string'],
  clock: clockRule,
}

// A session is a hash: `c` and `e` are when it was created and expires, `:name` is a value.
const createScript = redisScript(`
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'e', ARGV[1], unpack(ARGV, 2))
redis.call('PEXPIREAT', KEYS[1], ARGV[1])
`)

const updateScript = redisScript(`
local expires = redis.call('HGET', KEYS[1], 'e')
if not expires or tonumber(expires) <= tonumber(ARGV[2]) then return 0 end
local removed = tonumber(ARGV[3])
for i = 4, 3 + removed do redis.call('HDEL', KEYS[1], ARGV[i]) end
for i = 4 + removed, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if tonumber(ARGV[1]) > tonumber(expires) then
  redis.call('HSET', KEYS[1], 'e', ARGV[1])
  redis.call('PEXPIREAT', KEYS[1], ARGV[1])
end
return 1
`)

/**
 * Sessions in Redis, for an application on several machines. Keys expire by themselves. Rejects with what
 * `redis.command` rejects with. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const redis = createRedis({ url: process.env.REDIS_URL })
 * const app = createApp({ services: [redis], use: [session({ store: redisSessions(redis) })], routes })
 * ```
 */
export function redisSessions(redis: Redis, options: RedisSessionsOptions = {}): SessionStore {
  checkOptions('redisSessions', options, optionRules)
  const { prefix = 'session:', clock = systemClock } = options
  return {
    async load(id) {
      const fields = (await redis.command('HGETALL', prefix + id)) as readonly string[]
      const session = fields.length === 0 ? undefined : toSession(fields)
      return session !== undefined && session.expiresAt > clock.now() ? session : undefined
    },
    async create(id, { values, createdAt, expiresAt }) {
      const fields = ['c', String(createdAt), ...toFields(values)]
      await redis.run(createScript, [prefix + id], [String(expiresAt), ...fields])
    },
    async update(id, { set, remove, expiresAt }) {
      const names = remove.map((name) => `:${name}`)
      const args = [String(expiresAt), String(clock.now()), String(names.length), ...names, ...toFields(set)]
      return (await redis.run(updateScript, [prefix + id], args)) === 1
    },
    async destroy(id) {
      await redis.command('DEL', prefix + id)
    },
  }
}

function toFields(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`:${name}`, value])
}

/** Names and values in turn, as Redis answers. */
function toSession(flat: readonly string[]): StoredSession {
  const fields = new Map<string, string>()
  for (let i = 0; i < flat.length; i += 2) fields.set(flat[i] as string, flat[i + 1] as string)
  const values = [...fields].filter(([name]) => name.startsWith(':'))
  return {
    values: Object.fromEntries(values.map(([name, value]) => [name.slice(1), value])),
    createdAt: Number(fields.get('c')),
    expiresAt: Number(fields.get('e')),
  }
}
