/** Pieces that are joined in one go; views of larger buffers, so a swarm of tiny ones would keep many times their size. */
const together = 256

/** Bytes that come in pieces, kept until all are there. */
export class Pieces {
  /** Bytes so far. */
  size = 0
  readonly #pieces: Uint8Array[] = []
  #separate = 0

  push(piece: Uint8Array): void {
    this.size += piece.length
    this.#pieces.push(piece)
    if (++this.#separate < together) return
    this.#pieces.push(Buffer.concat(this.#pieces.splice(-together)))
    this.#separate = 0
  }

  /** All of it; a single piece is given as it is. */
  join(): Uint8Array {
    return this.#pieces.length === 1
      ? (this.#pieces[0] as Uint8Array)
      : Buffer.concat(this.#pieces, this.size)
  }

  /** The pieces themselves, in order, for whoever writes them elsewhere; none are kept. */
  take(): Uint8Array[] {
    this.size = 0
    this.#separate = 0
    return this.#pieces.splice(0)
  }
}
