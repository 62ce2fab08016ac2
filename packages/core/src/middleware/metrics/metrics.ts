import type { Context } from '../../context/context.ts'
import type { Handler, Middleware } from '../../context/middleware.ts'
import { ZzzError } from '../../errors.ts'
import { methods } from '../../http/method.ts'
import { loadPeer } from '../../internal/load-peer.ts'
import { flagRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { gauges } from '../../telemetry/gauges.ts'
import { subscribe } from '../../telemetry/subscribe.ts'
import { collectProcessMetrics } from './process-metrics.ts'
import { sharedExposition } from './shared-exposition.ts'

type PromClient = typeof import('prom-client')
type Registry = import('prom-client').Registry

/** What is asked of a `Registry` of `prom-client`. */
export interface MetricsRegistry {
  readonly contentType: string
  metrics(): Promise<string>
  registerMetric(metric: never): void
}

/** Options of `metrics`. */
export interface MetricsOptions {
  /** A `Registry` of `prom-client`, for metrics of your own beside these. Default: one of their own. */
  registry?: MetricsRegistry | undefined
  /** Stands before every name. Default: nothing. */
  prefix?: string | undefined
  /** Upper bounds of the histogram of durations, in seconds, growing. Default: 0.005 to 10, as OpenTelemetry has them. */
  buckets?: readonly number[] | undefined
  /** Tell of the process too: processor time, memory, event loop, garbage collection. Default true. */
  process?: boolean | undefined
}

/** The middleware that counts, with the handler that shows what it has counted. */
export type Metrics = Middleware & Disposable & { readonly endpoint: Handler }

const optionRules: OptionRules<MetricsOptions> = {
  registry: ['a registry of prom-client', isRegistry],
  prefix: [
    'letters, digits and _',
    (value) => typeof value === 'string' && /^(?:[a-zA-Z_]\w*)?$/.test(value),
  ],
  buckets: ['growing numbers', isGrowing],
  process: flagRule,
}

const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/**
 * Counts requests for Prometheus, with the package `prom-client`: how many, how long, by method, route pattern and class
 * of status; those in flight, open connections, clients that the server refused, and the process. A path is never a
 * label, so that no client can fill the memory with names. Put it outside what answers requests itself. Where workers
 * serve, whichever is asked tells of all of them.
 *
 * Its `endpoint` is a handler to put on a route, guarded or on a port that only the scraper reaches: the numbers are no
 * business of strangers. Disposing it ends its subscription, for tests.
 *
 * Throws `ZZZ_OPTION_INVALID`, also where the registry has metrics of these names already, and `ZZZ_PEER_MISSING`.
 *
 * ```ts
 * const meter = metrics()
 * createApp({ use: [meter], routes: [get('/metrics', meter.endpoint)] })
 * ```
 */
export function metrics(options: MetricsOptions = {}): Metrics {
  checkOptions('metrics', options, optionRules)
  const client = loadPeer<PromClient>('metrics', 'prom-client')
  const registry = (options.registry ?? new client.Registry()) as Registry
  try {
    return createMetrics(client, registry, options)
  } catch (cause) {
    const { message } = cause as Error
    throw new ZzzError('ZZZ_OPTION_INVALID', `metrics: ${message}. Give one of them a prefix`, { cause })
  }
}

function createMetrics(client: PromClient, registry: Registry, options: MetricsOptions): Metrics {
  const { prefix = '', buckets = defaultBuckets } = options
  const registers = [registry]
  const labelNames = ['method', 'route', 'status']
  const requests = new client.Counter({
    name: `${prefix}http_requests_total`,
    help: 'Requests that have settled',
    labelNames,
    registers,
  })
  const durations = new client.Histogram({
    name: `${prefix}http_request_duration_seconds`,
    help: 'Time from the start of a request until its reply was through',
    labelNames,
    buckets: [...buckets],
    registers,
  })
  let inFlight = 0
  new client.Gauge({
    name: `${prefix}http_requests_in_flight`,
    help: 'Requests that have not settled yet',
    registers,
    collect() {
      this.set(inFlight)
    },
  })
  new client.Gauge({
    name: `${prefix}http_connections_open`,
    help: 'Connections to all servers of the process',
    registers,
    collect() {
      this.set(gauges.connections.value)
    },
  })
  const refusals = new client.Counter({
    name: `${prefix}http_refusals_total`,
    help: 'Clients that a server of the process turned away before there was a request',
    labelNames: ['reason'],
    registers,
  })
  if (options.process ?? true) collectProcessMetrics(client, registry, prefix)
  const subscription = subscribe('zzz:refusal', ({ reason }) => refusals.inc({ reason }))

  function metrics(ctx: Context, next: Parameters<Middleware>[1]): ReturnType<Middleware> {
    const start = performance.now()
    inFlight++
    ctx.onSettled(({ status }) => {
      inFlight--
      const labels = {
        method: methodOf(ctx),
        route: ctx.route?.pattern ?? 'unmatched',
        status: classOf(status),
      }
      requests.inc(labels)
      durations.observe(labels, (performance.now() - start) / 1000)
    })
    return next()
  }
  const exposition = sharedExposition(client, registry)
  const endpoint: Handler = async (ctx) =>
    ctx.respond(await exposition(), { type: registry.contentType }).header('cache-control', 'no-store')
  return Object.assign(metrics, { endpoint, [Symbol.dispose]: () => subscription[Symbol.dispose]() })
}

/** The method, where it is a common one or the route's own: clients can make up as many as they like. */
function methodOf({ method, route }: Context): string {
  return methods.has(method) || route?.method === method ? method : 'other'
}

/** `2xx` and so on; `none` where the client left before there was a status. */
function classOf(status: number): string {
  return status === 0 ? 'none' : `${Math.floor(status / 100)}xx`
}

function isRegistry(value: unknown): boolean {
  const { metrics, registerMetric } = (value ?? {}) as Partial<MetricsRegistry>
  return typeof metrics === 'function' && typeof registerMetric === 'function'
}

function isGrowing(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false
  return value.every((bound, i) => Number.isFinite(bound) && bound > (i === 0 ? 0 : value[i - 1]))
}
