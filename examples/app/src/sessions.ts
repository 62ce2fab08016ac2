import type { Service } from '@zzz/core'
import { memorySessions, redisSessions, type SessionStore, session } from '@zzz/core/middleware'
import { createRedis, type Redis } from '@zzz/core/redis'
import { databaseSessions } from '@zzz/db/session'
import { env } from './env.ts'
import { repo } from './repo.ts'

/** Makes the store that `SESSIONS` names; none is the encrypted cookie. Redis is a service besides. */
const stores: Readonly<Record<typeof env.sessions, () => { store?: SessionStore; redis?: Redis }>> = {
  cookie: () => ({}),
  memory: () => ({ store: memorySessions() }),
  database: () => ({ store: databaseSessions(repo) }),
  redis() {
    const redis = createRedis({ url: env.redisUrl })
    return { redis, store: redisSessions(redis, { prefix: 'zzz-example:session:' }) }
  },
}

const { store, redis } = stores[env.sessions]()

/** What has to run for sessions. */
export const sessionServices: readonly Service[] = redis === undefined ? [] : [redis]

/** Gives requests a session. */
export const visitor = session({ store })
