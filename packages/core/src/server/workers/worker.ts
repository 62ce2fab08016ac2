import { ZzzError } from '../../errors.ts'
import { leavePrimary, onLinkMessage, type ProcessLink } from '../../pubsub/process-link.ts'
import { toWireError } from '../../pubsub/wire-error.ts'
import { type RunningServer, reportFailure, startServer } from '../running-server.ts'
import type { ResolvedOptions } from '../serve-options.ts'
import type { Servable, Server } from '../server.ts'
import { workerDescriptor } from './listening-socket.ts'
import { kind, type PrimaryMessage, type WorkerMessage } from './messages.ts'
import type { ResolvedWorkers } from './worker-options.ts'

/** Milliseconds between two looks at the number of connections. */
const countInterval = 500

type Place = Extract<PrimaryMessage, { type: 'place' }>

let joined = false

/** Serves in a worker, from the socket of its primary and until that says otherwise. */
export async function serveAsWorker(
  app: Servable,
  options: ResolvedOptions,
  { handOver }: ResolvedWorkers,
  link: ProcessLink,
): Promise<Server> {
  if (joined) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      'serve: one server of a program can have workers, and this is another',
    )
  }
  joined = true
  const tell = (message: WorkerMessage): boolean => link.send(kind, message)
  const started = Promise.withResolvers<RunningServer>()
  started.promise.catch(() => {})
  const place = await join(tell, async (order) => {
    const server = await started.promise
    const ending = order.type === 'retire' ? server.retire(handOver) : server.close({ drain: order.drain })
    await ending.catch(reportFailure)
  })
  try {
    const server = await startServer(app, inherited(options, place), {
      address: place.address,
      ticketKeys: Buffer.from(place.ticketKeys),
      onSignal: () => tell({ type: 'leaving' }),
    })
    // A terminal that hangs up, or `kill -HUP` to all: replacing workers is for the primary.
    if (options.signals) process.on('SIGHUP', () => {})
    tell({ type: 'serving', address: server.address })
    keepCount(server, tell)
    started.resolve(server)
    return server
  } catch (error) {
    tell({ type: 'failed', error: toWireError(error) })
    started.reject(error)
    throw error
  }
}

type Order = Exclude<PrimaryMessage, Place>

/** Asks the primary for a place; what it says later goes to `obey`. */
function join(
  tell: (message: WorkerMessage) => boolean,
  obey: (order: Order) => Promise<void>,
): Promise<Place> {
  return new Promise((resolve) => {
    onLinkMessage(kind, (body) => {
      const message = body as PrimaryMessage
      if (message.type === 'place') resolve(message)
      else obey(message).catch(() => {})
    })
    tell({ type: 'joining' })
  })
}

/** The options with the descriptor of the socket in place of what it was made from. */
function inherited(options: ResolvedOptions, { address }: Place): ResolvedOptions {
  return { ...options, fd: workerDescriptor, path: address?.path }
}

/** Tells the primary how many connections are open, and in the end that the server has closed. */
function keepCount(server: Server, tell: (message: WorkerMessage) => boolean): void {
  let told = 0
  const timer = setInterval(() => {
    const count = server.connections()
    if (count !== told) tell({ type: 'connections', count })
    told = count
  }, countInterval)
  timer.unref()
  server.closed.then(() => {
    clearInterval(timer)
    tell({ type: 'closed' })
    return leavePrimary()
  })
}
