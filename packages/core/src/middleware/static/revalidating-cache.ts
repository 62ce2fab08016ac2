import type { Clock } from '../../clock.ts'
import type { MaybePromise } from '../../internal/maybe-promise.ts'
import { ownText } from '../../internal/own-text.ts'

/** What a cache needs to know. */
export interface RevalidatingCacheOptions<V> {
  /** Loads the value of a key; `previous` is what was loaded last, whose parts may be kept. */
  readonly load: (key: string, previous: V | undefined) => Promise<V>
  /** Bytes that a value takes. */
  readonly cost: (value: V) => number
  /** Bytes that all values and keys may take. */
  readonly limit: number
  readonly clock: Clock
}

interface Entry<V> {
  readonly value: V
  /** When the load began that gave it: the value was true at some time after this. */
  readonly since: number
  readonly cost: number
  /** True when it was asked for since the last time it stood to be dropped. */
  used: boolean
}

interface Load<V> {
  readonly since: number
  readonly value: Promise<V>
}

/** Bytes that an entry takes besides its key and value, estimated. */
const overhead = 512

/**
 * Keeps values for as long as each reader is content with their age, and loads them again after that; readers that come
 * together share one load. What was not asked for lately is dropped first (a second chance instead of an exact order, so
 * that a hit costs one look-up).
 */
export class RevalidatingCache<V> {
  readonly #options: RevalidatingCacheOptions<V>
  readonly #entries = new Map<string, Entry<V>>()
  readonly #loads = new Map<string, Load<V>>()
  #size = 0

  constructor(options: RevalidatingCacheOptions<V>) {
    this.#options = options
  }

  /** Bytes in use, as `cost` counts them. */
  get size(): number {
    return this.#size
  }

  /** The value of a key, not older than `maxAge` milliseconds: at once when it is here. */
  get(key: string, maxAge: number): MaybePromise<V> {
    const now = this.#options.clock.now()
    const entry = this.#entries.get(key)
    if (entry !== undefined && isFresh(entry.since, now, maxAge)) {
      entry.used = true
      return entry.value
    }
    const running = this.#loads.get(key)
    return running !== undefined && isFresh(running.since, now, maxAge) ? running.value : this.#load(key, now)
  }

  #load(key: string, since: number): Promise<V> {
    const value = this.#options.load(key, this.#entries.get(key)?.value)
    const load: Load<V> = { since, value }
    this.#loads.set(key, load)
    const over = () => {
      if (this.#loads.get(key) === load) this.#loads.delete(key)
    }
    value.then((loaded) => {
      over()
      this.#keep(key, loaded, since)
    }, over)
    return value
  }

  #keep(key: string, value: V, since: number): void {
    const old = this.#entries.get(key)
    if (old !== undefined && old.since > since) return
    const cost = overhead + 2 * key.length + this.#options.cost(value)
    this.#entries.set(old === undefined ? ownText(key) : key, { value, since, cost, used: old !== undefined })
    this.#size += cost - (old?.cost ?? 0)
    this.#shrink()
  }

  #shrink(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#size <= this.#options.limit) return
      this.#entries.delete(key)
      if (entry.used) {
        entry.used = false
        this.#entries.set(key, entry)
      } else {
        this.#size -= entry.cost
      }
    }
  }
}

/** A clock that was set back makes everything old. */
function isFresh(since: number, now: number, maxAge: number): boolean {
  const age = now - since
  return age >= 0 && age < maxAge
}
