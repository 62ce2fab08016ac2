import type { Context } from '../../context/context.ts'
import { loggerKey, requestIdKey, traceContextKey } from '../../context/keys.ts'
import type { LogLevel } from '../../context/level-log.ts'
import type { Middleware } from '../../context/middleware.ts'
import { isFault, type Outcome } from '../../http/outcome.ts'
import { errorRecord } from '../../internal/error-record.ts'
import { oneOf } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { isSecretName } from '../../internal/secret-names.ts'
import { PinoLog, type PinoLogger } from './pino-log.ts'
import { standardOutput } from './standard-output.ts'

/** Options of `structuredLogger`. */
export interface StructuredLoggerOptions {
  /** A logger of `pino` with its own destination and level. Default: JSON lines on standard output. */
  logger?: PinoLogger | undefined
  /** The least level that is written, without a `logger` of your own. Default `info`. */
  level?: LogLevel | 'silent' | undefined
  /**
   * Names whose values are replaced in what handlers log, beside those that say it themselves (`authorization`, `cookie`,
   * `password`, `token` …). Upper and lower case are the same. Default: none.
   */
  secrets?: readonly string[] | undefined
}

const optionRules: OptionRules<StructuredLoggerOptions> = {
  logger: ['a logger of pino', isPino],
  level: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  secrets: [
    'a list of names',
    (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  ],
}

/**
 * Writes a JSON record for each request when it has settled, with the package `pino`: method, path without its query,
 * route, status, milliseconds, bytes, address, ids, and the error with its causes. The level is `error` for a 5xx and
 * for what broke, `warn` for a 4xx and for clients that left, else `info`. Handlers log with `ctx.get(loggerKey)`; their
 * records carry the request's ids. Put it behind `requestId` and `traceContext`.
 *
 * Throws `ZZZ_OPTION_INVALID`, and `ZZZ_PEER_MISSING` without the package.
 *
 * ```json
 * {"level":"info","time":1764000000000,"requestId":"…","method":"GET","path":"/users/42","route":"/users/:id","status":200,…}
 * ```
 */
export function structuredLogger(options: StructuredLoggerOptions = {}): Middleware {
  checkOptions('structuredLogger', options, optionRules)
  const { level = 'info', logger = standardOutput(level), secrets = [] } = options
  const own = new Set(secrets.map((name) => name.toLowerCase()))
  const isSecret = (name: string) => own.has(name.toLowerCase()) || isSecretName(name)
  const root = PinoLog.over(logger, isSecret)
  return function structuredLogger(ctx, next) {
    const start = performance.now()
    const log = root.identified({
      requestId: ctx.find(requestIdKey),
      traceId: ctx.find(traceContextKey)?.traceId,
    })
    ctx.set(loggerKey, log)
    ctx.onSettled((outcome) => report(log, ctx, outcome, performance.now() - start))
    return next()
  }
}

function report(log: PinoLog, ctx: Context, outcome: Outcome, milliseconds: number): void {
  const { method, path, route, ip } = ctx
  const { status, bytesSent, aborted, error } = outcome
  const fault = isFault(outcome)
  log.record(
    fault || status >= 500 ? 'error' : status >= 400 || aborted ? 'warn' : 'info',
    {
      method,
      path,
      route: route?.pattern,
      status,
      duration: Math.round(milliseconds * 1000) / 1000,
      bytes: bytesSent,
      ip,
      ...(aborted && { aborted }),
      ...(error !== undefined && { err: errorRecord(error, { stack: fault }) }),
    },
    `${method} ${path} ${status}`,
  )
}

function isPino(value: unknown): boolean {
  const { child, isLevelEnabled, info } = (value ?? {}) as Partial<PinoLogger>
  return [child, isLevelEnabled, info].every((method) => typeof method === 'function')
}
