/** A number that goes up and down. It is kept whether or not anybody reads it, so a late reader reads the truth. */
export class Gauge {
  #value = 0

  get value(): number {
    return this.#value
  }

  add(amount: number): void {
    this.#value += amount
  }
}

/** What this process has open now, of all its servers and applications. */
export const gauges: { readonly connections: Gauge } = {
  /** Connections to its servers, those that wait for a place included. */
  connections: new Gauge(),
}
