import { type ChildProcess, fork } from 'node:child_process'
import { ZzzError } from '../../errors.ts'
import { ProcessLink, workerLinks, workerMarker } from '../../pubsub/process-link.ts'
import { fromWireError } from '../../pubsub/wire-error.ts'
import type { Address } from '../backend.ts'
import { timerDelay } from '../running-server.ts'
import { kind, type PrimaryMessage, type WorkerMessage } from './messages.ts'

/** Milliseconds that a worker gets to end by itself when its server has closed. */
const lingering = 5000

/** Options of a worker process. */
export interface WorkerProcessOptions {
  /** Descriptor of the listening socket. */
  readonly fd: number
  readonly address: Address | undefined
  readonly ticketKeys: Buffer
  readonly startTimeout: number
  /** Called when the worker wants to end. */
  readonly onLeaving: () => void
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One worker from the side of its primary. */
export class WorkerProcess {
  /** Fulfilled when it serves; rejected when it does not come to that. */
  readonly serving: Promise<void>
  /** Fulfilled when its process has ended, whichever way. */
  readonly ended: Promise<Ending>
  /** Connections that were open when it told last. */
  connections = 0
  /** When it began to serve, in milliseconds since the epoch. */
  servingSince: number | undefined
  /** Where it listens, once it does. */
  address: Address | undefined
  readonly #child: ChildProcess
  readonly #link: ProcessLink
  readonly #options: WorkerProcessOptions
  readonly #serving = Promise.withResolvers<void>()
  /** Said to it as soon as it serves. */
  #order: PrimaryMessage | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: WorkerProcessOptions) {
    this.#options = options
    this.#child = forkThis(options.fd)
    this.#link = new ProcessLink(this.#child)
    workerLinks.add(this.#link)
    links.set(this.#link, this)
    this.serving = this.#serving.promise
    // Who replaces it may look only at how it ended.
    this.serving.catch(() => {})
    this.ended = this.#whenEnded()
    this.#killAfter(options.startTimeout, () => {
      const hint = 'a service may wait for something, or the program does not come to `serve`'
      this.#fail(`did not serve within ${options.startTimeout} ms: ${hint}`)
    })
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Handles what the worker says. */
  hear(message: WorkerMessage): void {
    switch (message.type) {
      case 'joining': {
        const { address, ticketKeys } = this.#options
        return this.#say({ type: 'place', address, ticketKeys })
      }
      case 'serving':
        return this.#begin(message.address)
      case 'failed':
        return this.#serving.reject(fromWireError(message.error))
      case 'connections':
        this.connections = message.count
        return
      case 'leaving':
        return this.#options.onLeaving()
      case 'closed':
        this.#killAfter(lingering)
    }
  }

  /** Lets it finish, since another one has taken its place. It is killed after `limit` milliseconds. */
  retire(limit: number): void {
    this.#end({ type: 'retire' }, limit)
  }

  /** Closes it; one that has not come to serving is ended. It is killed after `limit` milliseconds. */
  close(drain: number, limit: number): void {
    if (this.servingSince === undefined) this.#child.kill('SIGTERM')
    this.#end({ type: 'close', drain }, limit)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #begin(address: Address): void {
    clearTimeout(this.#timer)
    this.servingSince = Date.now()
    this.address = address
    this.#serving.resolve()
    if (this.#order !== undefined) this.#say(this.#order)
  }

  #end(order: PrimaryMessage, limit: number): void {
    this.#order = order
    if (this.servingSince !== undefined) this.#say(order)
    this.#killAfter(limit)
  }

  #say(message: PrimaryMessage): void {
    this.#link.send(kind, message)
  }

  #killAfter(ms: number, before?: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      before?.()
      this.kill()
    }, timerDelay(ms)).unref()
  }

  #whenEnded(): Promise<Ending> {
    return new Promise((resolve) => {
      const end = (ending: Ending): void => {
        clearTimeout(this.#timer)
        workerLinks.delete(this.#link)
        this.connections = 0
        this.#fail(`ended ${describeEnding(ending)} before it served`)
        resolve(ending)
      }
      // A process that could not even be made has no `close`.
      this.#child.once('error', (error) => {
        this.#fail(`could not be started: ${error.message}`)
        if (this.#child.pid === undefined) end({ code: null, signal: null })
      })
      // Behind `exit` it may still have said why.
      this.#child.once('close', (code, signal) => end({ code, signal }))
      // Whoever cannot be told anything any more must not stay.
      this.#child.once('disconnect', () => this.#killAfter(lingering))
    })
  }

  #fail(what: string): void {
    this.#serving.reject(new ZzzError('ZZZ_WORKER_FAILED', `Worker ${this.pid} ${what}`))
  }
}

/** The workers by their links. */
const links = new WeakMap<ProcessLink, WorkerProcess>()

/** The worker at the other end of a link. */
export function workerOf(link: ProcessLink): WorkerProcess | undefined {
  return links.get(link)
}

/** `with code 1`, `by SIGKILL`. */
export function describeEnding({ code, signal }: Ending): string {
  return signal === null ? `with code ${code}` : `by ${signal}`
}

/** Starts this program once more, with the socket behind the standard descriptors and the channel. */
function forkThis(fd: number): ChildProcess {
  const [, program, ...args] = process.argv
  if (program === undefined) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      'serve: option "workers" needs a program in a file, which each worker runs',
    )
  }
  const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES, ...env } = process.env
  // A second process cannot be inspected at the same port.
  const inspector = process.execArgv.some((arg) => arg.startsWith('--inspect')) ? ['--inspect-port=0'] : []
  return fork(program, args, {
    env: { ...env, [workerMarker]: '1' },
    execArgv: [...process.execArgv, ...inspector],
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', fd],
    serialization: 'advanced',
  })
}
