import { setTimeout as pause } from 'node:timers/promises'
import { ZzzError } from '../../errors.ts'
import type { Address } from '../backend.ts'
import { listenFailed } from '../listening.ts'
import { reportFailure, timerDelay } from '../running-server.ts'
import type { ResolvedOptions } from '../serve-options.ts'
import type { Server } from '../server.ts'
import { onSignals } from '../signals.ts'
import { type ListeningSocket, openListeningSocket } from './listening-socket.ts'
import type { ResolvedWorkers } from './worker-options.ts'
import { WorkerPool } from './worker-pool.ts'

/** Longest time of a timer. */
const forever = 2 ** 31 - 1

let serving = false

/** Serves by workers: this process binds the socket, starts them, and looks after them. */
export async function serveByWorkers(options: ResolvedOptions, workers: ResolvedWorkers): Promise<Server> {
  if (serving) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      'serve: one server of a program can have workers, and one has them already',
    )
  }
  serving = true
  const socket = await openSocket(options).catch((error: unknown) => {
    serving = false
    throw error
  })
  // Nothing else keeps this process alive while no worker runs and the next one is waited for.
  const alive = setInterval(() => {}, forever)
  const { drain, drainDelay, onError } = options
  const pool = new WorkerPool({ ...workers, socket, drain, drainDelay, onError, onGivenUp })
  try {
    await pool.start()
  } catch (error) {
    await pool.close(0).catch(onError)
    socket.close()
    clearInterval(alive)
    serving = false
    throw error
  }

  const finished = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const removeSignals = options.signals
    ? obeySignals(pool, () => void close().catch(reportFailure))
    : () => {}

  function close({ drain: deadline = drain }: { drain?: number | undefined } = {}): Promise<void> {
    closing ??= shutDown(deadline).finally(finished.resolve)
    return closing
  }

  async function shutDown(deadline: number): Promise<void> {
    const ended = pool.close(deadline)
    ended.catch(() => {})
    try {
      if (drainDelay > 0) await pause(timerDelay(drainDelay))
      socket.close()
      await ended
    } finally {
      clearInterval(alive)
      removeSignals()
      await options.onClose?.()
    }
  }

  function onGivenUp(): void {
    process.exitCode = 1
    close().catch(reportFailure)
  }

  return {
    address: pool.address as Address,
    backend: options.backend.name,
    role: 'primary',
    connections: () => pool.connections(),
    close,
    closed: finished.promise,
    [Symbol.asyncDispose]: () => close(),
  }
}

function openSocket(options: ResolvedOptions): Promise<ListeningSocket> {
  const scheme = options.tlsOptions === undefined ? 'http' : 'https'
  return openListeningSocket(options, scheme).catch((cause: unknown) => {
    throw cause instanceof ZzzError ? cause : listenFailed(cause, options)
  })
}

/** SIGHUP replaces the workers; the first SIGTERM or SIGINT closes, the second one kills them all and this process. */
function obeySignals(pool: WorkerPool, close: () => void): () => void {
  const restart = (): void => void pool.restart()
  process.on('SIGHUP', restart)
  let remove = onSignals(() => {
    remove = onSignals((signal) => {
      pool.kill()
      process.kill(process.pid, signal)
    })
    close()
  })
  return () => {
    process.off('SIGHUP', restart)
    remove()
  }
}
