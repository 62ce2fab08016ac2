/** Values of recent keys: at least the last `limit` that were used, at most twice as many. */
export interface Recent<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

/**
 * Remembers what was used lately, in two generations: when the young one is full it becomes the old one, and what nobody
 * asked for meanwhile is forgotten. It costs a look-up, with nothing to sort.
 */
export function createRecent<T>(limit: number): Recent<T> {
  let young = new Map<string, T>()
  let old: ReadonlyMap<string, T> = new Map()

  function set(key: string, value: T): void {
    if (young.size >= limit) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }

  return {
    get(key) {
      const known = young.get(key)
      if (known !== undefined) return known
      const value = old.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
  }
}
