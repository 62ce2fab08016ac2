/**
 * A cache of recent things: at least the last `limit`, at most twice as many. Two generations, so that a hit costs one
 * look-up: what is not asked for while the young one fills up is forgotten.
 */
export class Recent<V> {
  readonly #limit: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The value of a key, if it is recent. */
  get(key: string): V | undefined {
    const value = this.#young.get(key)
    if (value !== undefined) return value
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  /** Keeps a value; gives those that were forgotten for it. */
  set(key: string, value: V): readonly V[] {
    let forgotten: V[] = []
    if (this.#young.size >= this.#limit) {
      forgotten = [...this.#old].filter(([known]) => !this.#young.has(known)).map(([, gone]) => gone)
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
    return forgotten
  }

  /** Forgets everything. */
  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}
