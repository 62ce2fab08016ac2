import { type Clock, clockRule, systemClock } from '../../clock.ts'
import { countRule, textRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { shareAcrossWorkers } from '../../pubsub/share-across-workers.ts'
import type { SessionStore } from '../session-store.ts'

/** Options of `memorySessions`. */
export interface MemorySessionsOptions {
  /** Sessions kept at most; beyond it, the one that was used longest ago goes. Default 10,000. */
  maxEntries?: number | undefined
  /** Tells this store from others of the application. Default `sessions`. */
  name?: string | undefined
  /** What sessions expire by. Default: the machine's clock. */
  clock?: Clock | undefined
}

const optionRules: OptionRules<MemorySessionsOptions> = {
  maxEntries: countRule,
  name: textRule,
  clock: clockRule,
}

interface Entry {
  readonly values: Map<string, string>
  readonly createdAt: number
  expiresAt: number
}

/**
 * Sessions in the memory of the process, one memory for all workers of a machine; gone when it ends. For development, and
 * for a single machine. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * session({ store: memorySessions({ maxEntries: 100_000 }) })
 * ```
 */
export function memorySessions(options: MemorySessionsOptions = {}): SessionStore {
  checkOptions('memorySessions', options, optionRules)
  const { maxEntries = 10_000, name = 'sessions', clock = systemClock } = options
  return shareAcrossWorkers(name, () => createMemory(maxEntries, clock))
}

function createMemory(maxEntries: number, clock: Clock): SessionStore {
  /** In the order of use, the longest unused first. */
  const entries = new Map<string, Entry>()

  function use(id: string): Entry | undefined {
    const entry = entries.get(id)
    if (entry === undefined) return undefined
    entries.delete(id)
    if (entry.expiresAt <= clock.now()) return undefined
    entries.set(id, entry)
    return entry
  }

  /** Drops what has expired among the longest unused, and as many more as it takes. */
  function makeRoom(): void {
    const now = clock.now()
    for (const [id, { expiresAt }] of entries) {
      if (expiresAt > now && entries.size < maxEntries) return
      entries.delete(id)
    }
  }

  return {
    async load(id) {
      const entry = use(id)
      if (entry === undefined) return undefined
      const { values, createdAt, expiresAt } = entry
      return { values: Object.fromEntries(values), createdAt, expiresAt }
    },
    async create(id, { values, createdAt, expiresAt }) {
      makeRoom()
      entries.set(id, { values: new Map(Object.entries(values)), createdAt, expiresAt })
    },
    async update(id, { set, remove, expiresAt }) {
      const entry = use(id)
      if (entry === undefined) return false
      for (const name of remove) entry.values.delete(name)
      for (const [name, value] of Object.entries(set)) entry.values.set(name, value)
      entry.expiresAt = Math.max(entry.expiresAt, expiresAt)
      return true
    },
    async destroy(id) {
      entries.delete(id)
    },
  }
}
