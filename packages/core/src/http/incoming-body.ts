import { ZzzError } from '../errors.ts'
import { type BodySource, iterateSource } from './body-source.ts'

/** What an incoming body asks of the connection that feeds it. */
export interface BodyFlow {
  /** Someone reads for the first time: the moment for `100 Continue`. */
  started(): void
  /** More than the high-water mark waits unread. */
  pause(): void
  /** There is room again. */
  resume(): void
  /** Nobody wants the rest. */
  cancelled(): void
}

/** Unread bytes above which a body pauses its connection. */
const highWaterMark = 64 * 1024

interface Waiting {
  resolve(chunk: Uint8Array | null): void
  reject(error: unknown): void
}

/** Memory with nothing in it but bytes of one body. */
interface OwnMemory {
  readonly memory: ArrayBuffer
  /** How many chunks were pushed when its last one was. */
  readonly chunks: number
}

/** A body that a connection pushes into and a handler pulls from, with back-pressure between them. */
export class IncomingBody implements BodySource {
  readonly length: number | undefined
  /** True once the last byte arrived, whether it was read or not. */
  complete = false
  readonly #flow: BodyFlow
  #chunks: Uint8Array[] = []
  #buffered = 0
  #pushed = 0
  #given = 0
  /** True once the reader said that it is through with chunks: without that, nothing of them is kept here. */
  #freeing = false
  #owned: OwnMemory[] = []
  #started = false
  #paused = false
  #cancelled = false
  #error: ZzzError | undefined
  #waiting: Waiting | undefined

  constructor(flow: BodyFlow, length: number | undefined) {
    this.#flow = flow
    this.length = length
  }

  get disturbed(): boolean {
    return this.#started || this.#cancelled
  }

  /** True while the connection is held back because the handler reads too slowly. */
  get paused(): boolean {
    return this.#paused
  }

  push(chunk: Uint8Array): void {
    if (this.#cancelled) return
    this.#pushed++
    if (this.#waiting !== undefined) {
      this.#given++
      this.#settle((waiting) => waiting.resolve(chunk))
      return
    }
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    if (this.#buffered > highWaterMark && !this.#paused) {
      this.#paused = true
      this.#flow.pause()
    }
  }

  /** Says that all of these bytes belong to this body, and that nobody uses them but who reads it. */
  own(bytes: Uint8Array): void {
    if (!this.#freeing || bytes.byteLength !== bytes.buffer.byteLength) return
    this.#owned.push({ memory: bytes.buffer as ArrayBuffer, chunks: this.#pushed })
  }

  /**
   * Says that nobody uses the chunks read so far any more. Memory that held nothing else is freed at once: the garbage
   * collector would first let some 64 MB of it gather, and each read would touch memory that no cache holds.
   */
  free(): void {
    this.#freeing = true
    while (this.#owned[0] !== undefined && this.#owned[0].chunks <= this.#given) {
      this.#owned.shift()?.memory.transfer(0)
    }
  }

  end(): void {
    this.complete = true
    // What comes next is no part of the body, so nobody has to wait for its reader.
    this.#paused = false
    this.#settle((waiting) => waiting.resolve(null))
  }

  /** Breaks the body off; bytes that arrived before are dropped, since the message is not whole. */
  fail(error: ZzzError): void {
    if (this.complete || this.#error !== undefined) return
    this.#error = error
    this.#chunks = []
    this.#settle((waiting) => waiting.reject(error))
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    if (!this.#started) this.#start()
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) return this.#give(chunk)
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#cancelled) return Promise.reject(givenUp())
    if (this.complete) return null
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    this.#paused = false
    this.#chunks = []
    this.#settle((waiting) => waiting.reject(givenUp()))
    if (!this.complete) this.#flow.cancelled()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return iterateSource(this)
  }

  #start(): void {
    this.#started = true
    if (!this.complete && this.#error === undefined) this.#flow.started()
  }

  #give(chunk: Uint8Array): Uint8Array {
    this.#given++
    this.#buffered -= chunk.length
    if (this.#paused && this.#buffered <= highWaterMark / 2) {
      this.#paused = false
      this.#flow.resume()
    }
    return chunk
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    this.#waiting = undefined
    how(waiting)
  }
}

function givenUp(): ZzzError {
  const message =
    'The request body was given up: the reply is out, or a limit was passed. Await the read before replying'
  return new ZzzError('ZZZ_BODY_CONSUMED', message)
}
