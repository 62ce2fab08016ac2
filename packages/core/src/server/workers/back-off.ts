import type { Clock } from '../../clock.ts'

/** A worker that ran for so many milliseconds did not fail because it was started. */
const stable = 10_000
const longest = 10_000

/** How long to wait before another worker is started: not at all the first time, then longer each time. */
export class BackOff {
  readonly #clock: Clock
  #failures = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds to wait after a worker has ended that served since `servedSince`, or never did. */
  after(servedSince: number | undefined): number {
    if (servedSince !== undefined && this.#clock.now() - servedSince >= stable) this.#failures = 0
    this.#failures++
    return this.#failures === 1 ? 0 : Math.min(100 * 2 ** (this.#failures - 2), longest)
  }
}
