import { logger, metrics, structuredLogger } from '@zzz/core/middleware'
import { env } from './env.ts'

/** Lines for people at home, JSON for programs everywhere else. */
export const log = env.environment === 'development' ? logger() : structuredLogger()

/** Numbers for Prometheus; a proxy should keep `/metrics` inside. */
export const meter = metrics()
