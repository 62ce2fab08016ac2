import type { MaybePromise } from '../internal/maybe-promise.ts'

/** Options of `put`. */
export interface PutOptions {
  /** Milliseconds that the value is kept, at most; a store that is full may drop it before. */
  readonly ttl: number
}

/**
 * Where caches keep their values: bytes by key, for a time. What the bytes mean is the cache's business, so that a store
 * in memory, in Redis or on other nodes behaves the same, and a value is never shared by reference.
 *
 * A store answers at once where it can, so that a hit in memory costs no turn of the event loop. It rejects when it
 * cannot be reached; a cache takes that for a miss.
 */
export interface CacheStore {
  /** The value under a key; undefined where there is none, or its time is up. Nobody may write to the bytes. */
  get(key: string): MaybePromise<Uint8Array | undefined>
  /** Keeps a value, in place of what was there. The bytes are the store's from then on. */
  put(key: string, value: Uint8Array, options: PutOptions): MaybePromise<void>
  /** Forgets the value under a key, if there is one. */
  delete(key: string): MaybePromise<void>
  /** Forgets everything. */
  clear(): MaybePromise<void>
}
