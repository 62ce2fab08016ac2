import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { otherMethod, readOnly } from '../context/other-method.ts'
import type { Reply } from '../http/reply.ts'
import { delayRule, isObject } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { within } from '../internal/within.ts'

/** Says whether something the application depends on works: by resolving, or by throwing. */
export type HealthCheck = (options: { signal: AbortSignal }) => unknown

/** Options of `health`. */
export interface HealthOptions {
  /** Where the process says that it lives. Default `/health/live`. */
  live?: string | undefined
  /** Where it says that it takes requests. Default `/health/ready`. */
  ready?: string | undefined
  /** What has to work for it to be ready, by name. Default: nothing. */
  checks?: Readonly<Record<string, HealthCheck>> | undefined
  /** Milliseconds for each check. Default 2,000. */
  timeout?: number | undefined
}

const isPath = (value: unknown) => typeof value === 'string' && value.startsWith('/')
const optionRules: OptionRules<HealthOptions> = {
  live: ['a path', isPath],
  ready: ['a path', isPath],
  checks: ['an object of functions', isChecks],
  timeout: delayRule,
}

/**
 * Two endpoints for balancers and supervisors. Liveness is 200 while the process answers at all; readiness is 200 while
 * every check passes, and 503 when one fails or the server is about to close, so that no new requests come. Put it before
 * what logs or authenticates. A failed check is named; its reason goes to the log only (`reply.error`).
 *
 * ```ts
 * createApp({ use: [health({ checks: { database: () => repo.rawOne('select 1') } })], routes })
 * ```
 */
export function health(options: HealthOptions = {}): Middleware {
  checkOptions('health', options, optionRules)
  const { live = '/health/live', ready = '/health/ready', checks = {}, timeout = 2000 } = options
  return function health(ctx, next) {
    if (ctx.path !== live && ctx.path !== ready) return next()
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return otherMethod(ctx, readOnly)
    if (ctx.path === live) return report(ctx, 'ok')
    return ctx.app.draining ? report(ctx, 'draining') : readiness(ctx, checks, timeout)
  }
}

interface Result {
  readonly name: string
  /** Undefined when the check passed. */
  readonly error: unknown
}

async function readiness(
  ctx: Context,
  checks: Readonly<Record<string, HealthCheck>>,
  timeout: number,
): Promise<Reply> {
  const results = await Promise.all(Object.entries(checks).map(([name, check]) => run(name, check, timeout)))
  const failed = results.filter(({ error }) => error !== undefined)
  if (failed.length === 0) return report(ctx, 'ok', results)
  const reply = report(ctx, 'failed', results)
  const names = failed.map(({ name }) => name).join(', ')
  reply.error = new AggregateError(
    failed.map(({ error }) => error),
    `Not ready: ${names}`,
  )
  return reply
}

async function run(name: string, check: HealthCheck, timeout: number): Promise<Result> {
  const controller = new AbortController()
  try {
    const result = (async () => check({ signal: controller.signal }))()
    await within(timeout, result, () => new Error(`No answer within ${timeout} ms`))
    return { name, error: undefined }
  } catch (error) {
    // What took too long still runs, and is told to end.
    controller.abort()
    return { name, error: error ?? new Error('The check failed without a reason') }
  }
}

function report(ctx: Context, status: 'ok' | 'failed' | 'draining', results: readonly Result[] = []): Reply {
  const checks = Object.fromEntries(
    results.map(({ name, error }) => [name, error === undefined ? 'ok' : 'failed']),
  )
  return ctx.json({ status, checks }, status === 'ok' ? 200 : 503).header('cache-control', 'no-store')
}

function isChecks(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((check) => typeof check === 'function')
}
