import { primaryLink } from '../pubsub/process-link.ts'
import { startServer } from './running-server.ts'
import { resolveOptions, type ServeOptions } from './serve-options.ts'
import type { Servable, Server } from './server.ts'

/**
 * Starts the application's services and serves it, here or by workers.
 *
 * Throws `ZZZ_OPTION_INVALID`, `ZZZ_TLS_…` when a certificate cannot be used, `ZZZ_SERVICE_FAILED` when a service does
 * not start, `ZZZ_LISTEN_FAILED` when the address is taken or not allowed, and `ZZZ_WORKER_FAILED` when a worker does not
 * start for a reason it cannot tell; what was started is stopped again.
 *
 * ```ts
 * const server = await serve(app, { port: 5555 })
 * console.log(server.address.url)   // http://127.0.0.1:5555
 * ```
 */
export async function serve(app: Servable, options: ServeOptions = {}): Promise<Server> {
  const resolved = resolveOptions(options)
  if (resolved.workers === undefined) return startServer(app, resolved)
  // Loaded when they are used, one in each kind of process.
  if (primaryLink === undefined) {
    const { serveByWorkers } = await import('./workers/primary.ts')
    return serveByWorkers(resolved, resolved.workers)
  }
  const { serveAsWorker } = await import('./workers/worker.ts')
  return serveAsWorker(app, resolved, resolved.workers, primaryLink)
}
