import type { Timeouts } from './timeouts.ts'

/** What a ticker looks after. */
export interface Ticked {
  tick(now: number): void
}

/**
 * One coarse clock for all connections of a listener, so that a request costs no timer and no system call: `now` and
 * `date` move with each tick, and each connection is asked then whether its time is up. Runs only while there are
 * connections, and never keeps the process alive.
 */
export class Ticker {
  /** Milliseconds of a monotonic clock at the last tick. */
  now = 0
  /** The header line `date: …` with its CRLF, RFC 9110 section 6.6.1. */
  date = ''
  readonly #interval: number
  readonly #members = new Set<Ticked>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeouts: Timeouts) {
    const shortest = Math.min(...Object.values(timeouts))
    this.#interval = Math.min(Math.max(shortest / 10, 10), 500)
  }

  add(member: Ticked): void {
    this.#members.add(member)
    if (this.#timer !== undefined) return
    this.#read()
    this.#timer = setInterval(() => this.#tick(), this.#interval)
    this.#timer.unref()
  }

  delete(member: Ticked): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #read(): void {
    this.now = performance.now()
    this.date = `date: ${new Date().toUTCString()}\r\n`
  }

  #tick(): void {
    this.#read()
    for (const member of this.#members) member.tick(this.now)
  }
}
