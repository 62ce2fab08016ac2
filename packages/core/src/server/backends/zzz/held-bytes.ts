/** Bytes that came while a reply was still being made. Above this many the socket is paused. */
const limit = 64 * 1024

/** What a pipelining client sent ahead of its turn. */
export class HeldBytes {
  size = 0
  #chunks: Buffer[] = []

  /** True when no more should be read. */
  get full(): boolean {
    return this.size > limit
  }

  add(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.size += bytes.length
  }

  /** All of it, in order; nothing is held any more. */
  take(): Buffer {
    const chunks = this.#chunks
    this.#chunks = []
    this.size = 0
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
  }
}
