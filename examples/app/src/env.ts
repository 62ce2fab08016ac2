import { fileURLToPath } from 'node:url'

/** What the application is told by its environment. Everything that is wrong with it is said at once, before it starts. */
const { ZZZ_ENV, NODE_ENV, SECRET_KEY_BASE, JWT_SECRET, DATABASE_URL, MIGRATE, REDIS_URL } = process.env

const environment = ZZZ_ENV || NODE_ENV || 'production'
const isPublic = environment !== 'development' && environment !== 'test'

const sessions = ['cookie', 'memory', 'database', 'redis'] as const
const chosen = sessions.find((name) => name === (process.env.SESSIONS || 'cookie'))

const problems: string[] = []
if (isPublic && !SECRET_KEY_BASE)
  problems.push('SECRET_KEY_BASE is missing: the secret of sessions and cookies')
if (SECRET_KEY_BASE && Buffer.byteLength(SECRET_KEY_BASE) < 32)
  problems.push('SECRET_KEY_BASE has less than 32 bytes')
if (isPublic && !JWT_SECRET) problems.push('JWT_SECRET is missing: the key of the tokens for /api/me')
if (chosen === undefined)
  problems.push(`SESSIONS is one of ${sessions.join(', ')}, not ${process.env.SESSIONS}`)
if (problems.length > 0) {
  throw new Error(
    `The application cannot run in ${environment}:\n  ${problems.join('\n  ')}\n` +
      `Make a secret with: node -p "crypto.randomBytes(48).toString('base64url')"`,
  )
}

export const env = {
  environment,
  /** Undefined in development, where the framework makes one of its own. */
  secretKeyBase: SECRET_KEY_BASE || undefined,
  jwtSecret: JWT_SECRET || 'zzz-demo-secret',
  /** `sqlite:FILE`, `sqlite::memory:` or `postgres://user:password@host/name`. Default: a file beside `src`. */
  databaseUrl: DATABASE_URL || `sqlite:${fileURLToPath(new URL('../example.db', import.meta.url))}`,
  /** Whether the start applies pending migrations: in production a database that was named is left to the deployment. */
  migrate: !isPublic || !DATABASE_URL || DATABASE_URL === 'sqlite::memory:' || MIGRATE === '1',
  /** Where sessions are kept. */
  sessions: chosen ?? 'cookie',
  /** `redis://host:port`, where sessions are kept there. Default: this machine. */
  redisUrl: REDIS_URL || undefined,
} as const
