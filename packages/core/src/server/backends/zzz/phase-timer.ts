import type { Ticker } from '../../ticker.ts'
import type { Timeouts } from '../../timeouts.ts'

/**
 * What a connection waits for. `opening`: its first byte; `head`, `body`: the rest of one that has begun; `handler`: a
 * reply; `reply`: a body being produced, `closing`: the other side to close, both of which Output watches; `idle`: the
 * next request.
 */
export type Phase = 'opening' | 'head' | 'body' | 'handler' | 'reply' | 'idle' | 'closing'

/** Bytes that buy a slow body another second. */
const bytesPerSecond = 250

/** The phase of a connection and when its time is up. */
export class PhaseTimer {
  phase: Phase = 'opening'
  readonly #timeouts: Timeouts
  readonly #ticker: Ticker
  #start = 0
  #deadline: number
  #bytes = 0

  constructor(timeouts: Timeouts, ticker: Ticker) {
    this.#timeouts = timeouts
    this.#ticker = ticker
    this.#deadline = ticker.now + timeouts.header
  }

  enter(phase: Phase): void {
    this.phase = phase
    this.#start = this.#ticker.now
    this.#bytes = 0
    this.#deadline = this.#start + this.#allowance(phase)
  }

  /** Counts bytes of a body: it may take its time while it moves, but neither a long pause nor a drip is enough. */
  progress(bytes: number): void {
    const { body } = this.#timeouts
    this.#bytes += bytes
    const earned = this.#start + body + (this.#bytes / bytesPerSecond) * 1000
    this.#deadline = Math.min(earned, this.#ticker.now + body)
  }

  /** True once when the phase has lasted too long. */
  expired(now: number): boolean {
    if (now < this.#deadline) return false
    this.#deadline = Number.POSITIVE_INFINITY
    return true
  }

  #allowance(phase: Phase): number {
    switch (phase) {
      case 'opening':
      case 'head':
        return this.#timeouts.header
      case 'body':
        return this.#timeouts.body
      case 'handler':
        return this.#timeouts.handler
      case 'idle':
        return this.#timeouts.keepAlive
      default:
        return Number.POSITIVE_INFINITY
    }
  }
}
