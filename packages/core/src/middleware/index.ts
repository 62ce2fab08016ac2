export { type ErrorPagesOptions, errorPages } from './error-pages.ts'
export { type HealthCheck, type HealthOptions, health } from './health.ts'
export { type LoggerOptions, logger } from './logger.ts'
export { type RequestIdOptions, requestId, requestIdKey } from './request-id.ts'
