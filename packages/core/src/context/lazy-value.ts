/** A value under a key that is made when it is first read. */
export class LazyValue<T> {
  #make: (() => T) | undefined
  #value: T | undefined

  constructor(make: () => T) {
    this.#make = make
  }

  /** The value. Throws what making it throws, and tries again the next time. */
  get value(): T {
    if (this.#make !== undefined) {
      this.#value = this.#make()
      this.#make = undefined
    }
    return this.#value as T
  }
}
