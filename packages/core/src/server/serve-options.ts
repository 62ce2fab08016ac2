import { ZzzError } from '../errors.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { guardListener, reportError } from '../internal/report.ts'
import { primaryLink } from '../pubsub/process-link.ts'
import type { Backend, ListenOptions } from './backend.ts'
import { nodeBackend } from './backends/node/node-backend.ts'
import { zzzBackend } from './backends/zzz/zzz-backend.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { activatedSocket } from './socket-activation.ts'
import { defaultTimeouts, type Timeouts } from './timeouts.ts'
import type { TlsOptions } from './tls/tls-options.ts'
import { type ResolvedWorkers, resolveWorkers, type WorkerOptions } from './workers/worker-options.ts'

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
  /**
   * Close on SIGTERM and SIGINT; a second signal kills the process at once. With workers, SIGHUP replaces them one by
   * one. Default true.
   */
  signals?: boolean | undefined
  /**
   * Serve by several processes: so many workers, `auto` for as many as the machine runs at once, or an object with more
   * options. Each worker runs the whole program; this process becomes their primary, which keeps the listening socket and
   * starts no services. Default: this process serves.
   */
  workers?: number | 'auto' | WorkerOptions | undefined
  /** Runs when the server closes, after the services have stopped; in each worker, and last in their primary. */
  onClose?: (() => void | Promise<void>) | undefined
  /** Hears faults that no request can be told about. Default: a process warning on stderr. */
  onError?: ((error: unknown) => void) | undefined
}

/** The options, checked and complete. */
export interface ResolvedOptions extends ListenOptions {
  readonly backend: Backend
  /** Opened when the server starts. */
  readonly tlsOptions: TlsOptions | 'self-signed' | undefined
  readonly drain: number
  readonly drainDelay: number
  readonly signals: boolean
  readonly workers: ResolvedWorkers | undefined
  readonly onClose: (() => void | Promise<void>) | undefined
}

const backends = { zzz: zzzBackend, node: nodeBackend }

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
  workers: ['a positive integer, "auto" or an object', isWorkers],
  signals: ['true or false', (value) => typeof value === 'boolean'],
  onClose: functionRule,
  onError: functionRule,
}

/** Checks the options and fills in defaults. Throws `ZZZ_OPTION_INVALID`. */
export function resolveOptions(options: ServeOptions): ResolvedOptions {
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
    // A worker has the socket that its primary was handed.
    fd: fd === 'systemd' && primaryLink === undefined ? activatedSocket() : numberOf(fd),
    proxyProtocol,
    http2,
    drain: options.drain ?? 10000,
    drainDelay: options.drainDelay ?? 0,
    limits: withDefaults('limits', defaultLimits, options.limits),
    timeouts: withDefaults('timeouts', defaultTimeouts, options.timeouts),
    tlsOptions: options.tls,
    signals: options.signals ?? true,
    workers: options.workers === undefined ? undefined : resolveWorkers(options.workers),
    onClose: options.onClose,
    onError:
      options.onError === undefined
        ? (error) => reportError(error, 'Server error')
        : guardListener(options.onError, 'Server error'),
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

function numberOf(fd: ServeOptions['fd']): number | undefined {
  return typeof fd === 'number' ? fd : undefined
}

function isWorkers(value: unknown): boolean {
  return value === 'auto' || typeof value === 'number' || (typeof value === 'object' && value !== null)
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
