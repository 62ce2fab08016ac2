import { setTimeout } from 'node:timers/promises'
import { ZzzError } from '../errors.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { reportError } from '../internal/report.ts'
import type { Address, Backend, Handle, Listener, ListenOptions } from './backend.ts'
import { nodeBackend } from './backends/node/node-backend.ts'
import { zzzBackend } from './backends/zzz/zzz-backend.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { onSignals } from './signals.ts'
import { activatedSocket } from './socket-activation.ts'
import { defaultTimeouts, type Timeouts } from './timeouts.ts'
import type { TlsEnvironment } from './tls/open-tls.ts'
import type { Tls } from './tls/tls.ts'
import type { TlsOptions } from './tls/tls-options.ts'

/** What can be served: an application of `createApp`, or anything with the same functions. */
export interface Servable {
  /** Where it runs: `development`, `test`, `production` or another name. Unknown counts as production. */
  readonly environment?: string | undefined
  readonly handle: Handle
  /** Hears that the server is about to close: readiness ends. */
  drain?(): void
  start(): Promise<void>
  stop(options: { deadline: number }): Promise<void>
}

/** Options of a server. */
export interface ServeOptions {
  /** Default 5555; 0 lets the system choose. */
  port?: number | undefined
  /** The address to listen on. Default `127.0.0.1`; `0.0.0.0` or `::` let other machines connect. */
  host?: string | undefined
  /** A Unix domain socket to listen on instead of host and port; one that a killed process left behind is replaced. */
  path?: string | undefined
  /**
   * A listening socket that this process inherited: its file descriptor, or `systemd` for the first one of socket
   * activation (`LISTEN_FDS`).
   */
  fd?: number | 'systemd' | undefined
  /**
   * Every connection begins with a header of the PROXY protocol, version 1 or 2, that names the client; one without is
   * cut. Only for servers that nobody but the proxy can reach, and only on back end `zzz`. Default false.
   */
  proxyProtocol?: boolean | undefined
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
  /**
   * Milliseconds between saying that the server is not ready any more (`health`) and closing its listening socket, for
   * balancers that need time to notice. Default 0.
   */
  drainDelay?: number | undefined
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
  const { backend, drain, drainDelay, ...listenOptions } = resolveOptions(options)
  const { onError } = listenOptions
  const tls = options.tls && (await loadTls(options.tls, { environment: app.environment, onError }))
  await app.start().catch((error: unknown) => {
    tls?.close()
    throw error
  })
  let listener: Listener
  try {
    listener = await backend.listen(app.handle, { ...listenOptions, tls })
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
      app.drain?.()
      if (drainDelay > 0) await setTimeout(timerDelay(drainDelay))
      await drainListener(listener, deadline).finally(() => tls?.close())
      await app.stop({ deadline: timerDelay(drain) })
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

/** TLS is loaded when it is used: its modules cost memory and time to start. */
async function loadTls(options: TlsOptions | 'self-signed', environment: TlsEnvironment): Promise<Tls> {
  const { openTls } = await import('./tls/open-tls.ts')
  return openTls(options, environment)
}

async function drainListener(listener: Listener, deadline: number): Promise<void> {
  await listener.stopAccepting()
  const controller = new AbortController()
  const timer = globalThis.setTimeout(() => controller.abort(), deadline)
  await listener.drain(controller.signal)
  clearTimeout(timer)
  listener.destroy()
}

/** Nobody awaits a shutdown that a signal began, so its failure is shown and ends up in the exit code. */
function reportFailure(error: unknown): void {
  reportError(error, 'The server did not close cleanly')
  process.exitCode = 1
}

interface Resolved extends ListenOptions {
  readonly backend: Backend
  readonly drain: number
  readonly drainDelay: number
}

const amountRule = ['a number that is not negative', isAmount] as const
const functionRule = ['a function', (value: unknown) => typeof value === 'function'] as const
const recordRule = ['an object', (value: unknown) => typeof value === 'object' && value !== null] as const

const optionRules: OptionRules<ServeOptions> = {
  port: ['an integer from 0 to 65535', isPort],
  host: ['an address or a name', (value) => typeof value === 'string' && value !== ''],
  path: ['a path', (value) => typeof value === 'string' && value !== ''],
  fd: ['a file descriptor or "systemd"', (value) => value === 'systemd' || isDescriptor(value)],
  proxyProtocol: ['true or false', (value) => typeof value === 'boolean'],
  backend: ['"zzz", "node" or a back end', isBackend],
  tls: ['"self-signed" or an object with cert and key', isTls],
  http2: ['true or false', (value) => typeof value === 'boolean'],
  limits: recordRule,
  timeouts: recordRule,
  drain: amountRule,
  drainDelay: amountRule,
  signals: ['true or false', (value) => typeof value === 'boolean'],
  onClose: functionRule,
  onError: functionRule,
}

function resolveOptions(options: ServeOptions): Resolved {
  checkOptions('serve', options, optionRules)
  const { backend = 'zzz', port = 5555, host = '127.0.0.1', path, fd } = options
  const { http2 = false, proxyProtocol = false } = options
  if (http2) checkHttp2(options)
  if (proxyProtocol) checkProxyProtocol(options)
  return {
    backend: typeof backend === 'string' ? backends[backend] : backend,
    host,
    port,
    path,
    fd: fd === 'systemd' ? activatedSocket() : fd,
    proxyProtocol,
    http2,
    drain: options.drain ?? 10000,
    drainDelay: options.drainDelay ?? 0,
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

function isDescriptor(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0
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

function checkProxyProtocol({ backend = 'zzz', tls }: ServeOptions): void {
  const fault =
    backend !== 'zzz' && backend !== zzzBackend
      ? 'only the back end "zzz" knows it'
      : tls !== undefined
        ? 'does not go with "tls"; let the proxy end TLS'
        : undefined
  if (fault !== undefined) throw new ZzzError('ZZZ_OPTION_INVALID', `serve: option "proxyProtocol": ${fault}`)
}

function isBackend(value: unknown): boolean {
  if (typeof value === 'string') return Object.hasOwn(backends, value)
  return typeof (value as Partial<Backend> | null)?.listen === 'function'
}

/** Milliseconds as a timer takes them: beyond its range it would fire at once. */
function timerDelay(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1)
}

function listenFailed(cause: unknown, { host, port, path, fd }: ListenOptions): ZzzError {
  const { code, message } = cause as { code?: string; message: string }
  const advice =
    code === 'EADDRINUSE' ? 'another process listens there; stop it or choose another port' : `${message}`
  const where = fd !== undefined ? `file descriptor ${fd}` : (path ?? `${host} port ${port}`)
  return new ZzzError('ZZZ_LISTEN_FAILED', `Cannot listen on ${where}: ${advice}`, { cause })
}
