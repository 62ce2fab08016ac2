import { type Clock, clockRule, systemClock } from '../clock.ts'
import { countRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { ownText } from '../internal/own-text.ts'
import type { CacheStore, PutOptions } from './cache-store.ts'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** Values kept at most. Default 10,000. */
  maxEntries?: number | undefined
  /** Bytes kept at most: values, keys, and what keeping them takes. Default 64 MiB. */
  maxBytes?: number | undefined
  /** Default: the machine's. */
  clock?: Clock | undefined
}

/** A store in the memory of this process. */
export interface MemoryStore extends CacheStore {
  get(key: string): Uint8Array | undefined
  put(key: string, value: Uint8Array, options: PutOptions): void
  delete(key: string): void
  clear(): void
  /** Values kept now; those whose time is up count until they are asked for or dropped. */
  readonly entries: number
  /** Bytes kept now. */
  readonly bytes: number
}

interface Entry {
  readonly value: Uint8Array
  readonly expires: number
  readonly cost: number
}

/** What an entry takes besides its key and value: the objects around them, roughly. */
const overhead = 200

const optionRules: OptionRules<MemoryStoreOptions> = {
  maxEntries: countRule,
  maxBytes: countRule,
  clock: clockRule,
}

/**
 * Keeps values in the memory of this process. When it is full, those that were used longest ago are dropped; a value that
 * is larger than the whole store is not kept. There is no timer: what has expired is noticed when it is asked for, or
 * goes like the rest. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const store = memoryStore({ maxBytes: 16 * 1024 * 1024 })
 * store.put('a', Buffer.from('1'), { ttl: 1000 })
 * store.get('a')   // the bytes, for a second
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions('memoryStore', options, optionRules)
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, clock = systemClock } = options
  // A map keeps the order of insertion; what is used is inserted anew, so the first is the one used longest ago.
  const entries = new Map<string, Entry>()
  let bytes = 0

  function remove(key: string): void {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    bytes -= entry.cost
  }

  function get(key: string): Uint8Array | undefined {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    if (entry.expires <= clock.now()) {
      remove(key)
      return undefined
    }
    entries.delete(key)
    entries.set(key, entry)
    return entry.value
  }

  function put(key: string, value: Uint8Array, { ttl }: PutOptions): void {
    remove(key)
    const own = ownText(key)
    const cost = Buffer.byteLength(own) + value.length + overhead
    if (cost > maxBytes || ttl <= 0) return
    entries.set(own, { value: compact(value), expires: clock.now() + ttl, cost })
    bytes += cost
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && bytes <= maxBytes) break
      remove(oldest)
    }
  }

  return {
    get,
    put,
    delete: remove,
    clear() {
      entries.clear()
      bytes = 0
    },
    get entries() {
      return entries.size
    },
    get bytes() {
      return bytes
    },
  }
}

/** Bytes with a buffer of their own: a view would keep all of the buffer it looks at. */
function compact(value: Uint8Array): Uint8Array {
  if (value.buffer.byteLength === value.length) return value
  const copy = Buffer.allocUnsafeSlow(value.length)
  copy.set(value)
  return copy
}
