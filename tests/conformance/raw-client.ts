import type { Socket } from 'node:net'
import { parseHead, parseResponse, type RawResponse } from './response.ts'
import { type Link, overTcp, type Transport } from './transport.ts'

/** Longest wait for anything, in milliseconds: a case that needs more has failed. */
const patience = 5000

/** A client that sends exactly the bytes it is told to, and reads replies strictly. */
export class RawClient {
  /** What is spoken over: a TCP socket, or TLS on one. */
  readonly socket: Socket
  readonly #link: Link
  /** A part of `#store`, which grows by doubling. */
  #received: Buffer = Buffer.alloc(0)
  #store: Buffer = Buffer.alloc(65_536)
  #ended = false
  #reset: Error | undefined
  #wake: (() => void)[] = []

  private constructor(link: Link) {
    const { stream: socket } = link
    this.socket = socket
    this.#link = link
    socket.on('data', (chunk: Buffer) => {
      this.#append(chunk)
      this.#changed()
    })
    socket.on('end', () => this.#close())
    socket.on('close', () => this.#close())
    socket.on('error', (error) => {
      this.#reset = error
    })
  }

  /** Connects; with `paused`, nothing is read until `resume`. */
  static async connect(
    port: number,
    { paused = false } = {},
    transport: Transport = overTcp,
  ): Promise<RawClient> {
    const client = new RawClient(await transport.dial(port))
    if (paused) client.pause()
    return client
  }

  /** Bytes that came and were not parsed yet. */
  get received(): Buffer {
    return this.#received
  }

  /** True once the server has ended its side or the connection is gone. */
  get ended(): boolean {
    return this.#ended
  }

  /** Sends bytes; text goes out as Latin-1, so that a character is a byte. */
  send(bytes: string | Uint8Array): this {
    if (typeof bytes === 'string') this.socket.write(bytes, 'latin1')
    else this.socket.write(bytes)
    return this
  }

  /** Sends in two pieces that the server reads apart. */
  async sendSplit(bytes: Buffer, at: number): Promise<void> {
    this.socket.write(bytes.subarray(0, at))
    await turns(3)
    this.socket.write(bytes.subarray(at))
  }

  /** Ends our side; replies are still read. */
  end(): this {
    this.socket.end()
    return this
  }

  /** The next response. Interim ones (1xx) are responses of their own here. */
  async response(method = 'GET'): Promise<RawResponse> {
    const parsed = await this.#until(
      () => parseResponse(this.#received, method, this.#ended),
      () => `a response to ${method}`,
    )
    this.#received = this.#received.subarray(parsed.size)
    return parsed.response
  }

  /** The head of the next response; its body stays in `received`. */
  async head(): Promise<RawResponse> {
    const { size, ...head } = await this.#until(
      () => parseHead(this.#received),
      () => 'a response head',
    )
    this.#received = this.#received.subarray(size)
    return { ...head, body: Buffer.alloc(0) }
  }

  /** Waits until at least `count` unparsed bytes are there, and takes all there are. */
  async bytes(count: number): Promise<Buffer> {
    await this.#until(
      () => this.#received.length >= count || undefined,
      () => `${count} bytes`,
    )
    const bytes = this.#received
    this.#received = Buffer.alloc(0)
    return bytes
  }

  /** Waits until the server closes. Gives what came before that and was not parsed. */
  async closed(): Promise<Buffer> {
    await this.#until(
      () => this.#ended || undefined,
      () => 'the server to close',
    )
    this.socket.destroy()
    return this.#received
  }

  /** Waits until nothing we send is taken any more, or the connection is gone. */
  async blocked(piece: Uint8Array): Promise<void> {
    while (!this.#ended && this.socket.write(piece)) await turns(1)
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** Breaks the connection off without an end. */
  reset(): void {
    this.#link.reset()
  }

  destroy(): void {
    this.socket.destroy()
  }

  #append(chunk: Buffer): void {
    const { length } = this.#received
    let start =
      this.#received.buffer === this.#store.buffer ? this.#received.byteOffset - this.#store.byteOffset : 0
    if (start + length + chunk.length > this.#store.length) {
      this.#store = Buffer.alloc(2 * (length + chunk.length) + 65_536)
      start = this.#received.copy(this.#store) - length
    }
    chunk.copy(this.#store, start + length)
    this.#received = this.#store.subarray(start, start + length + chunk.length)
  }

  #close(): void {
    this.#ended = true
    this.#changed()
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  async #until<T>(look: () => T | undefined, what: () => string): Promise<T> {
    const deadline = Date.now() + patience
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.#ended) throw new Error(`The server closed before ${what()}; ${this.#rest()}`)
      await this.#change(deadline, what)
    }
  }

  #change(deadline: number, what: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Waited in vain for ${what()}; ${this.#rest()}`)),
        deadline - Date.now(),
      )
      this.#wake.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #rest(): string {
    const reset = this.#reset === undefined ? '' : ` (${this.#reset.message})`
    return `unparsed: ${JSON.stringify(this.#received.toString('latin1', 0, 400))}${reset}`
  }
}

/** Lets the event loop go round, so that what was sent is read by a server in this process. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
