import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '../../clock.ts'
import { ZzzError } from '../../errors.ts'
import { onLinkMessage } from '../../pubsub/process-link.ts'
import type { Address } from '../backend.ts'
import { BackOff } from './back-off.ts'
import type { ListeningSocket } from './listening-socket.ts'
import { kind, type WorkerMessage } from './messages.ts'
import type { ResolvedWorkers } from './worker-options.ts'
import { describeEnding, type Ending, WorkerProcess, workerOf } from './worker-process.ts'

/** Starts in a row that may fail while no worker serves. */
const failedStarts = 5

/** Milliseconds that a worker gets beyond what draining and stopping its services may take. */
const margin = 5000

/** Options of a pool. */
export interface WorkerPoolOptions extends ResolvedWorkers {
  readonly socket: ListeningSocket
  /** Milliseconds for running requests, and once more for services. */
  readonly drain: number
  readonly drainDelay: number
  readonly onError: (error: unknown) => void
  /** Called when no worker serves and none can be started. */
  readonly onGivenUp: () => void
  readonly clock?: Clock | undefined
}

/** The place of one worker. What happens to it happens one after the other. */
interface Slot {
  worker: WorkerProcess | undefined
  busy: Promise<void>
}

/** Keeps so many workers running: starts them, replaces those that end or are to be renewed, and closes them all. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #clock: Clock
  readonly #backOff: BackOff
  readonly #ticketKeys = randomBytes(48)
  readonly #slots: readonly Slot[]
  /** All that run, those that start and those that retire included. */
  readonly #processes = new Set<WorkerProcess>()
  readonly #closing = new AbortController()
  #failedStarts = 0
  #restart: { again: boolean } | undefined
  #address: Address | undefined

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#backOff = new BackOff(this.#clock)
    this.#slots = Array.from({ length: options.count }, () => ({
      worker: undefined,
      busy: Promise.resolve(),
    }))
    onLinkMessage(kind, (body, link) => workerOf(link)?.hear(body as WorkerMessage))
  }

  /** Where the workers listen; undefined until one does, when only a worker can tell. */
  get address(): Address | undefined {
    return this.#options.socket.address ?? this.#address
  }

  /** Connections of all workers. */
  connections(): number {
    return [...this.#processes].reduce((sum, worker) => sum + worker.connections, 0)
  }

  /** Starts all workers: one first, so that a program which cannot start fails once. Rejects when one does not serve. */
  async start(): Promise<void> {
    const [first, ...others] = this.#slots as [Slot, ...Slot[]]
    await this.#launch(first)
    await Promise.all(others.map((slot) => this.#launch(slot)))
  }

  /** Replaces one worker after the other; stops at the first whose replacement does not serve. */
  async restart(): Promise<void> {
    if (this.#restart !== undefined) {
      this.#restart.again = true
      return
    }
    const state = { again: true }
    this.#restart = state
    try {
      while (state.again) {
        state.again = false
        for (const slot of this.#slots) await this.#renew(slot, () => true)
      }
    } catch (cause) {
      this.#report('The restart stopped, and the workers that serve stay', cause)
    } finally {
      this.#restart = undefined
    }
  }

  /**
   * Closes all workers; those that have not ended in time are killed. Rejects with `ZZZ_WORKER_ENDED` when one that
   * served did not end well.
   */
  async close(drain: number): Promise<void> {
    this.#closing.abort()
    const endings = [...this.#processes].map(async (worker) => {
      worker.close(drain, this.#limit(drain))
      return { worker, ending: await worker.ended }
    })
    for (const { worker, ending } of await Promise.all(endings)) {
      if (worker.servingSince !== undefined && ending.code !== 0)
        throw lost(worker, ending, 'while it closed')
    }
  }

  /** Kills all workers at once. */
  kill(): void {
    for (const worker of this.#processes) worker.kill()
  }

  /** Fills a slot with a new worker. Rejects when that does not come to serving. */
  async #launch(slot: Slot): Promise<void> {
    const worker = this.#fork(slot)
    await worker.serving
    this.#failedStarts = 0
    this.#address ??= worker.address
    slot.worker = worker
    worker.ended.then((ending) => this.#lost(slot, worker, ending))
  }

  #fork(slot: Slot): WorkerProcess {
    const { socket, startTimeout } = this.#options
    const worker: WorkerProcess = new WorkerProcess({
      fd: socket.fd,
      address: socket.address,
      ticketKeys: this.#ticketKeys,
      startTimeout,
      onLeaving: () => {
        this.#renew(slot, (current) => current === worker).catch((cause: unknown) =>
          this.#report(`Worker ${worker.pid} stays, since another one does not start`, cause),
        )
      },
    })
    this.#processes.add(worker)
    worker.ended.then(() => this.#processes.delete(worker))
    return worker
  }

  /** Starts a worker in place of the one in the slot, if that is `wanted`, and then lets the old one go. */
  async #renew(slot: Slot, wanted: (worker: WorkerProcess) => boolean): Promise<void> {
    const old = await this.#inTurn(slot, async () => {
      const { worker } = slot
      if (this.#closed || worker === undefined || !wanted(worker)) return undefined
      await this.#launch(slot)
      return worker
    })
    if (old === undefined || this.#closed) return
    const { handOver, drain } = this.#options
    old.retire(handOver + this.#limit(drain))
    await old.ended
  }

  /** A worker ended unasked. */
  #lost(slot: Slot, worker: WorkerProcess, ending: Ending): void {
    if (slot.worker !== worker) return
    slot.worker = undefined
    if (this.#closed) return
    this.#options.onError(lost(worker, ending, 'and is replaced'))
    this.#inTurn(slot, () => this.#replace(slot, this.#backOff.after(worker.servingSince)))
  }

  async #replace(slot: Slot, delay: number): Promise<void> {
    let wait = delay
    while (slot.worker === undefined) {
      await this.#pause(wait)
      if (this.#closed) return
      try {
        await this.#launch(slot)
      } catch (error) {
        if (this.#closed) return
        this.#options.onError(error)
        this.#failedStarts++
        if (this.#failedStarts >= failedStarts && this.#nobodyServes) return this.#giveUp()
        wait = this.#backOff.after(undefined)
      }
    }
  }

  #giveUp(): void {
    const message = `No worker serves, and ${this.#failedStarts} in a row could not be started: given up`
    this.#options.onError(new ZzzError('ZZZ_WORKER_FAILED', message))
    this.#options.onGivenUp()
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted
  }

  get #nobodyServes(): boolean {
    return this.#slots.every(({ worker }) => worker === undefined)
  }

  /** Waits, but no longer than the pool runs. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#closing
      const timer = this.#clock.after(ms, done)
      signal.addEventListener('abort', done)
      function done(): void {
        signal.removeEventListener('abort', done)
        timer[Symbol.dispose]()
        resolve()
      }
    })
  }

  #inTurn<T>(slot: Slot, task: () => Promise<T>): Promise<T> {
    const result = slot.busy.then(task)
    slot.busy = result.then(ignore, ignore)
    return result
  }

  /** Milliseconds within which a worker that closes has ended. */
  #limit(drain: number): number {
    return this.#options.drainDelay + drain + this.#options.drain + margin
  }

  #report(what: string, cause: unknown): void {
    if (this.#closed) return
    const { message } = cause as Error
    this.#options.onError(new ZzzError('ZZZ_WORKER_FAILED', `${what}: ${message}`, { cause }))
  }
}

function lost({ pid }: WorkerProcess, ending: Ending, what: string): ZzzError {
  return new ZzzError('ZZZ_WORKER_ENDED', `Worker ${pid} ended ${describeEnding(ending)} ${what}`)
}

function ignore(): void {}
