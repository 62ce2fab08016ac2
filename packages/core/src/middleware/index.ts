export { cspNonceKey, loggerKey, requestIdKey, traceContextKey } from '../context/keys.ts'
export type { LogLevel } from '../context/level-log.ts'
export type { Log, LogMethod } from '../context/log.ts'
export type { TraceContext } from '../http/trace-context.ts'
export { type Flash, flashKey } from '../session/flash.ts'
export type { JsonShape } from '../session/json.ts'
export { type Session, sessionKey } from '../session/session.ts'
export type { SessionChange, SessionStore, StoredSession } from '../session/session-store.ts'
export { type SessionValue, sessionValue } from '../session/session-value.ts'
export { type MemorySessionsOptions, memorySessions } from '../session/stores/memory-sessions.ts'
export { type RedisSessionsOptions, redisSessions } from '../session/stores/redis-sessions.ts'
export { type BasicAuthOptions, basicAuth } from './auth/basic-auth.ts'
export { type BearerAuthOptions, bearerAuth } from './auth/bearer-auth.ts'
export type { JwtClaims } from './auth/jwt/claims.ts'
export type { JsonWebKeySet, KeyOptions } from './auth/jwt/keys.ts'
export {
  type JwtAuthOptions,
  type JwtOptions,
  type JwtPrincipalOptions,
  jwtAuth,
} from './auth/jwt-auth.ts'
export type { Verdict } from './auth/principal.ts'
export { staticCredentials } from './auth/static-credentials.ts'
export { type CacheControlOptions, cacheControl } from './cache-control.ts'
export { type Coding, type CompressOptions, compress } from './compress/compress.ts'
export { type CorsOptions, cors, type OriginTest } from './cors.ts'
export { type CsrfOptions, csrf } from './csrf/csrf.ts'
export { csrfToken } from './csrf/csrf-token.ts'
export { type ErrorPage, type ErrorPagesOptions, errorPages } from './error-pages/error-pages.ts'
export { etag } from './etag.ts'
export { flash } from './flash.ts'
export { type HealthCheck, type HealthOptions, health } from './health.ts'
export { type HstsOptions, hsts } from './hsts.ts'
export { type HtmxOptions, htmx } from './htmx/htmx.ts'
export { type Htmx, type HtmxSwap, type HtmxSwapStyle, htmxKey } from './htmx/htmx-context.ts'
export type { HtmxRequest, HtmxVersion } from './htmx/htmx-request.ts'
export type { HtmxLocationOptions, HtmxRedirectOptions } from './htmx/navigation.ts'
export type { HtmxScript } from './htmx/script.ts'
export { type HtmxConfig, htmxScriptTag } from './htmx/script-tag.ts'
export { type HttpsRedirectOptions, httpsRedirect } from './https-redirect.ts'
export { type IpAccessOptions, ipAccess } from './ip-access.ts'
export { type LoggerOptions, logger } from './logger/logger.ts'
export { type Metrics, type MetricsOptions, type MetricsRegistry, metrics } from './metrics/metrics.ts'
export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry/open-telemetry.ts'
export { type ProblemDetailsOptions, problemDetails } from './problem-details.ts'
export type { Bucket, BucketStore, Taken } from './rate-limit/bucket-store.ts'
export { type MemoryBucketsOptions, memoryBuckets } from './rate-limit/memory-buckets.ts'
export { type RateLimitOptions, rateLimit } from './rate-limit/rate-limit.ts'
export { type RedisBucketsOptions, redisBuckets } from './rate-limit/redis-buckets.ts'
export { type RequestIdOptions, requestId } from './request-id.ts'
export { type ResponseCacheOptions, responseCache } from './response-cache/response-cache.ts'
export type {
  CspDirectives,
  CspSourceDirective,
} from './security-headers/content-security-policy.ts'
export type { PermissionsPolicy } from './security-headers/permissions-policy.ts'
export {
  defaultPolicy,
  type ReferrerPolicy,
  type SecurityHeadersOptions,
  securityHeaders,
} from './security-headers/security-headers.ts'
export { type SessionCookieOptions, type SessionOptions, session } from './session/session.ts'
export { staticFiles } from './static/static-files.ts'
export type { StaticFilesOptions } from './static/static-options.ts'
export type { PinoLogger } from './structured-logger/pino-log.ts'
export { type StructuredLoggerOptions, structuredLogger } from './structured-logger/structured-logger.ts'
export { type TraceContextOptions, traceContext } from './trace-context.ts'
