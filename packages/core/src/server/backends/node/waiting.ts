import type { Writable } from 'node:stream'

/** Whom an exchange waits for, and for how long. Made for one of them, and asked at every tick. */
export class Waiting {
  #since: number | undefined
  #taken = 0

  /** Milliseconds that the handler has taken. The clock stands while the client is the one to wait for. */
  forHandler(now: number, bodyIsArriving: boolean): number {
    if (bodyIsArriving) this.#since = undefined
    else this.#since ??= now
    return now - (this.#since ?? now)
  }

  /** Milliseconds since the client took the last byte of those that wait for it; `taken` counts them. */
  forClient(now: number, stream: Writable, taken: number): number {
    const { writableLength, writableEnded, writableFinished } = stream
    const isPending = writableLength > 0 || (writableEnded && !writableFinished)
    if (!isPending || taken !== this.#taken) this.#since = now
    this.#taken = taken
    this.#since ??= now
    return now - this.#since
  }
}
