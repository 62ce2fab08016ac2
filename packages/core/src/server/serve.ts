import { ZzzError } from '../errors.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { reportError } from '../internal/report.ts'
import type { Address, Backend, Handle, Listener } from './backend.ts'
import { nodeBackend } from './backends/node/node-backend.ts'
import { zzzBackend } from './backends/zzz/zzz-backend.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { onSignals } from './signals.ts'
import { defaultTimeouts, type Timeouts } from './timeouts.ts'
import { openTls } from './tls/open-tls.ts'
import type { TlsOptions } from './tls/tls-options.ts'

/** What can be served: an application of `createApp`, or anything with the same functions. */
export interface Servable {
  /** Where it runs: `development`, `test`, `production` or another name. Unknown counts as production. */
  readonly environment?: string | undefined
  readonly handle: Handle
  start(): Promise<void>
  stop(options: { deadline: number }): Promise<void>
}

/** Options of a server. */
export interface ServeOptions {
  /** Default 5555; 0 lets the system choose. */
  port?: number | undefined
  /** The address to listen on. Default `127.0.0.1`; `0.0.0.0` or `::` let other machines connect. */
  host?: string | undefined
  /** `zzz`, the framework's own server (default), `node` over `node:http`, or a back end of your own. */
  backend?: 'zzz' | 'node' | Backend | undefined
  /**
   * Speak TLS: certificates and their choice, or `self-signed` for a certificate that is made for `localhost`, in
   * development and test only. Default: plain HTTP.
   */
  tls?: TlsOptions | 'self-signed' | undefined
  /** Offer HTTP/2 too; needs `tls` and the back end `node`. Default false. */
  http2?: boolean | undefined
  limits?: Partial<Limits> | undefined
  timeouts?: Partial<Timeouts> | undefined
  /** Milliseconds that running requests get to finish when the server closes. Default 10,000. */
  drain?: number | undefined
  /** Close on SIGTERM and SIGINT; a second signal kills the process at once. Default true. */
  signals?: boolean | undefined
  /** Runs when the server closes, after the services have stopped. */
  onClose?: (() => void | Promise<void>) | undefined
  /** Hears faults that no request can be told about. Default: a process warning on stderr. */
  onError?: ((error: unknown) => void) | undefined
}

/** A server that runs. */
export interface Server extends AsyncDisposable {
  readonly address: Address
  /** Name of the back end. */
  readonly backend: string
  /** Connections that are open now. */
  connections(): number
  /**
   * Stops accepting, lets running requests finish for at most `drain` milliseconds (default: the server's), cuts what is
   * left, stops the services in reverse order and runs `onClose`. Calls share one shutdown.
   */
  close(options?: { drain?: number | undefined }): Promise<void>
  /** Resolves when the server has closed, whoever closed it. */
  readonly closed: Promise<void>
}

const backends = { zzz: zzzBackend, node: nodeBackend }

/**
 * Starts the application's services and serves it.
 *
 * Throws `ZZZ_OPTION_INVALID`, `ZZZ_TLS_…` when a certificate cannot be used, `ZZZ_SERVICE_FAILED` when a service does
 * not start, and `ZZZ_LISTEN_FAILED` when the address is taken or not allowed; what was started is stopped again.
 *
 * ```ts
 * const server = await serve(app, { port: 5555 })
 * console.log(server.address.url)   // http://127.0.0.1:5555
 * ```
 */
export async function serve(app: Servable, options: ServeOptions = {}): Promise<Server> {
  const { backend, drain, onError, ...listenOptions } = resolveOptions(options)
  const tls = options.tls && (await openTls(options.tls, { environment: app.environment, onError }))
  await app.start().catch((error: unknown) => {
    tls?.close()
    throw error
  })
  let listener: Listener
  try {
    listener = await backend.listen(app.handle, { ...listenOptions, tls, onError })
  } catch (cause) {
    tls?.close()
    await app.stop({ deadline: drain }).catch((error: unknown) => reportError(error, 'A start was given up'))
    throw listenFailed(cause, listenOptions)
  }

  const finished = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const removeSignals =
    options.signals === false ? () => {} : onSignals(() => void close().catch(reportFailure))

  function close(closeOptions: { drain?: number | undefined } = {}): Promise<void> {
    closing ??= shutDown(timerDelay(closeOptions.drain ?? drain)).finally(finished.resolve)
    return closing
  }

  async function shutDown(deadline: number): Promise<void> {
    removeSignals()
    try {
      await drainListener(listener, deadline).finally(() => tls?.close())
      await app.stop({ deadline })
    } finally {
      await options.onClose?.()
    }
  }

  return {
    address: listener.address,
    backend: backend.name,
    connections: () => listener.connections(),
    close,
    closed: finished.promise,
    [Symbol.asyncDispose]: () => close(),
  }
}

async function drainListener(listener: Listener, deadline: number): Promise<void> {
  await listener.stopAccepting()
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), deadline)
  await listener.drain(controller.signal)
  clearTimeout(timer)
  listener.destroy()
}

/** Nobody awaits a shutdown that a signal began, so its failure is shown and ends up in the exit code. */
function reportFailure(error: unknown): void {
  reportError(error, 'The server did not close cleanly')
  process.exitCode = 1
}

interface Resolved {
  readonly backend: Backend
  readonly host: string
  readonly port: number
  readonly http2: boolean
  readonly limits: Limits
  readonly timeouts: Timeouts
  readonly drain: number
  readonly onError: (error: unknown) => void
}

const amountRule = ['a number that is not negative', isAmount] as const
const functionRule = ['a function', (value: unknown) => typeof value === 'function'] as const
const recordRule = ['an object', (value: unknown) => typeof value === 'object' && value !== null] as const

const optionRules: OptionRules<ServeOptions> = {
  port: ['an integer from 0 to 65535', isPort],
  host: ['an address or a name', (value) => typeof value === 'string' && value !== ''],
  backend: ['"zzz", "node" or a back end', isBackend],
  tls: ['"self-signed" or an object with cert and key', isTls],
  http2: ['true or false', (value) => typeof value === 'boolean'],
  limits: recordRule,
  timeouts: recordRule,
  drain: amountRule,
  signals: ['true or false', (value) => typeof value === 'boolean'],
  onClose: functionRule,
  onError: functionRule,
}

function resolveOptions(options: ServeOptions): Resolved {
  checkOptions('serve', options, optionRules)
  const { backend = 'zzz', port = 5555, host = '127.0.0.1', drain = 10000, http2 = false } = options
  if (http2) checkHttp2(options)
  return {
    backend: typeof backend === 'string' ? backends[backend] : backend,
    host,
    port,
    http2,
    drain,
    limits: withDefaults('limits', defaultLimits, options.limits),
    timeouts: withDefaults('timeouts', defaultTimeouts, options.timeouts),
    onError: options.onError ?? ((error) => reportError(error, 'Server error')),
  }
}

/** Fills in defaults; an unknown name or a value that is no amount is named. */
function withDefaults<T extends object>(name: string, defaults: T, given: Partial<T> = {}): T {
  const rules = Object.fromEntries(Object.keys(defaults).map((key) => [key, amountRule]))
  checkOptions(`serve, ${name}`, given, rules as unknown as OptionRules<Partial<T>>)
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...defaults, ...known }
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65535
}

function isTls(value: unknown): boolean {
  return value === 'self-signed' || (typeof value === 'object' && value !== null)
}

function checkHttp2({ backend = 'zzz', tls }: ServeOptions): void {
  const fault =
    backend === 'zzz' || backend === zzzBackend
      ? 'the back end "zzz" speaks HTTP/1.1 only; use backend: "node"'
      : tls === undefined
        ? 'needs the option "tls": browsers speak HTTP/2 over TLS only'
        : undefined
  if (fault !== undefined) throw new ZzzError('ZZZ_OPTION_INVALID', `serve: option "http2": ${fault}`)
}

function isBackend(value: unknown): boolean {
  if (typeof value === 'string') return Object.hasOwn(backends, value)
  return typeof (value as Partial<Backend> | null)?.listen === 'function'
}

/** Milliseconds as a timer takes them: beyond its range it would fire at once. */
function timerDelay(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1)
}

function listenFailed(cause: unknown, { host, port }: { host: string; port: number }): ZzzError {
  const { code, message } = cause as { code?: string; message: string }
  const advice =
    code === 'EADDRINUSE' ? 'another process listens there; stop it or choose another port' : `${message}`
  return new ZzzError('ZZZ_LISTEN_FAILED', `Cannot listen on ${host} port ${port}: ${advice}`, { cause })
}
