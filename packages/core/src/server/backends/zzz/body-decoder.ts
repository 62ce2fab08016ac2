/** Where a decoder puts what it finds. */
export interface BodySink {
  push(chunk: Uint8Array): void
  end(): void
}

/** Cuts the body out of a connection's bytes. */
export interface BodyDecoder {
  /** True once the body's last byte was taken. */
  readonly done: boolean
  /** Takes what belongs to the body from `start` on; gives the index behind it. Throws the refusal when malformed. */
  decode(bytes: Buffer, start: number): number
}

/** Takes a body of declared length, RFC 9112 section 6.2. */
export class LengthDecoder implements BodyDecoder {
  done = false
  readonly #sink: BodySink
  #left: number

  constructor(sink: BodySink, length: number) {
    this.#sink = sink
    this.#left = length
  }

  decode(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#left)
    this.#left -= end - start
    this.#sink.push(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end))
    if (this.#left === 0) {
      this.done = true
      this.#sink.end()
    }
    return end
  }
}
