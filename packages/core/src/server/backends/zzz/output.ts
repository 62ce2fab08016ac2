import type { Socket } from 'node:net'

/** Text gathered before it is written, at most: a client that pipelines without reading must not grow it. */
const gatherLimit = 128 * 1024

/**
 * The sending side of a connection. Text is gathered, so that all answers to one read go out in one write; bytes and
 * non-ASCII text go out in one `writev` with it.
 */
export class Output {
  readonly #socket: Socket
  /** Latin-1 text that was not written yet. */
  #text = ''
  #corked = false
  #drained: (() => void)[] = []
  /** For `stalled`: bytes the client had taken when it last moved, and when that was. */
  #taken = -1
  #takenAt = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Adds ASCII or Latin-1 text. */
  text(text: string): void {
    this.#text += text
    if (this.#text.length > gatherLimit) this.flush()
  }

  /**
   * Adds bytes, or text that needs UTF-8. `sent` is called once the operating system has them, or with the error that
   * kept them.
   */
  data(data: Uint8Array | string, sent?: (error?: Error | null) => void): void {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
    }
    this.#writeText()
    this.#socket.write(data, 'utf8', sent)
  }

  /**
   * Sends bytes and Latin-1 text behind what was gathered. Resolves with true when the operating system has all bytes,
   * with false when it never will.
   */
  handOver(bytes: Uint8Array, text: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.data(bytes, (error) => resolve(error == null))
      this.text(text)
      this.flush()
    })
  }

  /** Sends what was gathered. `sent` is called once the operating system has it, or with the error that kept it. */
  flush(sent?: (error?: Error | null) => void): void {
    if (sent !== undefined && this.#text === '') this.#socket.write('', 'latin1', sent)
    else this.#writeText(sent)
    if (this.#corked) {
      this.#corked = false
      this.#socket.uncork()
    }
  }

  /** True while the client takes bytes more slowly than they come. */
  get blocked(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** Resolves when the client has caught up, or is gone. */
  drained(): Promise<void> {
    if (!this.blocked || this.#socket.destroyed) return Promise.resolve()
    return new Promise((resolve) => this.#drained.push(resolve))
  }

  /** To be called on the socket's `drain` and `close`. */
  release(): void {
    const waiting = this.#drained
    this.#drained = []
    for (const resolve of waiting) resolve()
  }

  /** True when bytes wait and the client has taken none for `timeout` milliseconds. To be asked at every tick. */
  stalled(now: number, timeout: number): boolean {
    const waiting = this.#socket.writableLength
    const taken = waiting === 0 ? -1 : this.#socket.bytesWritten - waiting
    if (taken === -1 || taken !== this.#taken) {
      this.#taken = taken
      this.#takenAt = now
      return false
    }
    return now - this.#takenAt >= timeout
  }

  #writeText(sent?: (error?: Error | null) => void): void {
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    this.#socket.write(text, 'latin1', sent)
  }
}
