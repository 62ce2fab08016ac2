import { setTimeout as pause } from 'node:timers/promises'
import { reportError } from '../internal/report.ts'
import type { Address, Listener } from './backend.ts'
import { listenFailed } from './listening.ts'
import type { ResolvedOptions } from './serve-options.ts'
import type { Servable, Server } from './server.ts'
import { onSignals } from './signals.ts'
import type { TlsEnvironment } from './tls/open-tls.ts'
import type { Tls } from './tls/tls.ts'
import type { TlsOptions } from './tls/tls-options.ts'

/** What is different about the server of a worker. */
export interface WorkerPlace {
  /** The address as the primary knows it. */
  readonly address: Address | undefined
  /** The same for all workers, so that a client can resume its session with any of them. */
  readonly ticketKeys: Buffer
  /** Called at the first SIGTERM or SIGINT, in place of closing. */
  readonly onSignal: () => void
}

/** The server of this process. */
export interface RunningServer extends Server {
  /**
   * Closes a server whose place another process has taken: the application is not told that it is unready, and for
   * `handOver` milliseconds idle connections stay open, so that a client that was about to send is answered.
   */
  retire(handOver: number): Promise<void>
}

/** Starts the services, listens, and answers in this process. */
export async function startServer(
  app: Servable,
  { backend, drain, drainDelay, tlsOptions, signals, onClose, workers: _, ...listenOptions }: ResolvedOptions,
  place?: WorkerPlace,
): Promise<RunningServer> {
  const { onError } = listenOptions
  const { environment } = app
  const tls =
    tlsOptions && (await loadTls(tlsOptions, { environment, onError, ticketKeys: place?.ticketKeys }))
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
    // What a worker has is a descriptor; where its primary bound it says more.
    throw listenFailed(cause, place?.address ?? listenOptions)
  }

  const finished = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  /** Ends the time for which a server that retires spares idle connections. */
  const impatience = new AbortController()
  const closeBySignal = (): void => void close().catch(reportFailure)
  const removeSignals = signals ? onSignals(place?.onSignal ?? closeBySignal) : () => {}

  function close({ drain: deadline = drain }: { drain?: number | undefined } = {}): Promise<void> {
    impatience.abort()
    closing ??= shutDown(deadline).finally(finished.resolve)
    return closing
  }

  function retire(handOver: number): Promise<void> {
    const timer = setTimeout(() => impatience.abort(), timerDelay(handOver)).unref()
    closing ??= shutDown(handOver + drain, impatience.signal)
      .finally(() => clearTimeout(timer))
      .finally(finished.resolve)
    return closing
  }

  async function shutDown(deadline: number, spareIdle?: AbortSignal): Promise<void> {
    removeSignals()
    try {
      if (spareIdle === undefined) {
        app.drain?.()
        if (drainDelay > 0) await pause(timerDelay(drainDelay))
      }
      await drainListener(listener, deadline, spareIdle).finally(() => tls?.close())
      await app.stop({ deadline: timerDelay(drain) })
    } finally {
      await onClose?.()
    }
  }

  return {
    address: place?.address ?? listener.address,
    backend: backend.name,
    role: place === undefined ? 'single' : 'worker',
    connections: () => listener.connections(),
    close,
    retire,
    closed: finished.promise,
    [Symbol.asyncDispose]: () => close(),
  }
}

/** TLS is loaded when it is used: its modules cost memory and time to start. */
async function loadTls(options: TlsOptions | 'self-signed', environment: TlsEnvironment): Promise<Tls> {
  const { openTls } = await import('./tls/open-tls.ts')
  return openTls(options, environment)
}

async function drainListener(listener: Listener, deadline: number, spareIdle?: AbortSignal): Promise<void> {
  await listener.stopAccepting()
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timerDelay(deadline))
  await listener.drain(controller.signal, spareIdle)
  clearTimeout(timer)
  listener.destroy()
}

/** Nobody awaits a shutdown that a signal began, so its failure is shown and ends up in the exit code. */
export function reportFailure(error: unknown): void {
  reportError(error, 'The server did not close cleanly')
  process.exitCode = 1
}

/** Milliseconds as a timer takes them: beyond its range it would fire at once. */
export function timerDelay(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1)
}
