import type { Clock } from './clock.ts'

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves the time and runs what has come due, in the order of its times. */
  advance(ms: number): void
  /** Timers that wait; for tests that nothing is left behind. */
  readonly waiting: number
}

/** Makes a clock for tests; `start` is what `now()` says at first, in milliseconds. */
export function manualClock(start = 0): ManualClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>()
  return {
    now: () => now,
    after(ms, fn) {
      const timer = { at: now + ms, fn }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)
        if (next === undefined) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.fn()
      }
      now = end
    },
    get waiting() {
      return timers.size
    },
  }
}
