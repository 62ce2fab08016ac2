/** What a link needs of the channel below it: `process` in a worker, the `ChildProcess` in the primary. */
export interface ProcessChannel {
  readonly connected: boolean
  send?(message: object, callback: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** Hears the messages of one kind, whichever link they come by. */
export type LinkListener = (body: unknown, link: ProcessLink) => void

interface Envelope {
  readonly zzz: string
  readonly body: unknown
}

/** In the environment of a worker. */
export const workerMarker = 'ZZZ_WORKER'

/** Bytes that may wait for a process that does not read. */
const capacity = 16 * 2 ** 20

/** What a message counts besides its content. */
const overhead = 256

const listeners = new Map<string, LinkListener>()

/**
 * The connection of two processes of one program, the primary and a worker, over the IPC channel between them. Messages
 * have a kind, arrive in order, and are bounded: what the other side does not take is refused, not gathered.
 */
export class ProcessLink {
  readonly #channel: ProcessChannel
  #waiting = 0
  #whenFlushed: (() => void)[] = []

  constructor(channel: ProcessChannel) {
    this.#channel = channel
    channel.on('message', (message) => {
      if (isEnvelope(message)) listeners.get(message.zzz)?.(message.body, this)
    })
  }

  /** False when the other process has gone. */
  get open(): boolean {
    return this.#channel.connected
  }

  /**
   * Sends a message whose content is about `bytes` long. False when the other process has gone, or takes so little that
   * 16 MiB wait for it already. Throws what cannot be cloned.
   */
  send(kind: string, body: unknown, bytes = 0): boolean {
    const size = bytes + overhead
    if (!this.open || this.#waiting + size > capacity) return false
    this.#waiting += size
    const envelope: Envelope = { zzz: kind, body }
    this.#channel.send?.(envelope, () => this.#sent(size))
    return true
  }

  /** Resolves when nothing waits any more. */
  flushed(): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenFlushed.push(resolve))
  }

  #sent(size: number): void {
    this.#waiting -= size
    if (this.#waiting > 0) return
    for (const resolve of this.#whenFlushed.splice(0)) resolve()
  }
}

/** Sets who hears the messages of a kind. */
export function onLinkMessage(kind: string, listener: LinkListener): void {
  listeners.set(kind, listener)
}

/** The workers of this process, where it is the primary and they run. */
export const workerLinks: Set<ProcessLink> = new Set()

/** The primary of this process; undefined where it is no worker. */
export const primaryLink: ProcessLink | undefined = linkToPrimary()

/** Ends the connection to the primary once everything is sent, so that nothing of it keeps the process alive. */
export async function leavePrimary(): Promise<void> {
  await primaryLink?.flushed()
  process.off('disconnect', endWithPrimary)
  if (process.connected) process.disconnect?.()
}

function linkToPrimary(): ProcessLink | undefined {
  const isWorker = process.env[workerMarker] !== undefined && process.send !== undefined
  // Processes that this one starts are no workers.
  delete process.env[workerMarker]
  if (!isWorker) return undefined
  process.once('disconnect', endWithPrimary)
  return new ProcessLink(process as ProcessChannel)
}

/** Without its primary nobody would ever end or replace a worker. */
function endWithPrimary(): void {
  process.exit()
}

function isEnvelope(message: unknown): message is Envelope {
  return typeof message === 'object' && message !== null && typeof (message as Envelope).zzz === 'string'
}
