import type { Rule } from './internal/options.ts'

/** Time as an option: stores, buckets and back-offs take a clock, so tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `fn` once after `ms` milliseconds, unless disposed before. Never keeps the process alive. */
  after(ms: number, fn: () => void): Disposable
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms)
    timer.unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

/** The rule of a clock among options. */
export const clockRule: Rule = [
  'a clock',
  (value) => {
    const { now, after } = (value ?? {}) as Partial<Clock>
    return typeof now === 'function' && typeof after === 'function'
  },
]
