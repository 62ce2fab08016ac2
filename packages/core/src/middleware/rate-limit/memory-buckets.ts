import { type Clock, clockRule, systemClock } from '../../clock.ts'
import { countRule, textRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { shareAcrossWorkers } from '../../pubsub/share-across-workers.ts'
import { type Bucket, type BucketStore, type Debt, debtAfter, describeTaken } from './bucket-store.ts'

/** Options of `memoryBuckets`. */
export interface MemoryBucketsOptions {
  /** Buckets kept at most; beyond it, the one that was used longest ago goes, and counts as full. Default 100,000. */
  maxEntries?: number | undefined
  /** Tells this store from others of the application. Default `buckets`. */
  name?: string | undefined
  /** What buckets fill by. Default: the machine's clock. */
  clock?: Clock | undefined
}

const optionRules: OptionRules<MemoryBucketsOptions> = {
  maxEntries: countRule,
  name: textRule,
  clock: clockRule,
}

interface Entry {
  readonly bucket: Bucket
  debt: Debt
  at: number
}

/**
 * Buckets in the memory of the process, one memory for all workers of a machine. Some 150 bytes each. Throws
 * `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const store = memoryBuckets({ maxEntries: 1_000_000 })
 * ```
 */
export function memoryBuckets(options: MemoryBucketsOptions = {}): BucketStore {
  checkOptions('memoryBuckets', options, optionRules)
  const { maxEntries = 100_000, name = 'buckets', clock = systemClock } = options
  return shareAcrossWorkers(name, () => createMemory(maxEntries, clock))
}

function createMemory(maxEntries: number, clock: Clock): BucketStore {
  /** In the order of use, the longest unused first. */
  const entries = new Map<string, Entry>()

  /** Drops what is full again among the longest unused, and as many more as it takes. */
  function makeRoom(now: number): void {
    for (const [key, { debt, bucket, at }] of entries) {
      if (debtAfter(debt, bucket, now - at) > 0 && entries.size < maxEntries) return
      entries.delete(key)
    }
  }

  return {
    async take(key, bucket, cost) {
      const now = clock.now()
      const entry = entries.get(key)
      const debt = entry === undefined ? 0 : debtAfter(entry.debt, bucket, now - entry.at)
      const wanted = Math.max(0, debt + cost * bucket.window)
      if (wanted > bucket.tokens * bucket.window) return describeTaken(false, debt, bucket, cost)
      entries.delete(key)
      if (wanted > 0) {
        makeRoom(now)
        entries.set(key, { bucket, debt: wanted, at: now })
      }
      return describeTaken(true, wanted, bucket, cost)
    },
  }
}
