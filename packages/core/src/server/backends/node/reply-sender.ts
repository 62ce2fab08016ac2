import type { Writable } from 'node:stream'
import { ZzzError } from '../../../errors.ts'
import { type BodyProducer, slices, startBody } from '../../../http/body-producer.ts'
import type { ReplyPlan } from './reply-plan.ts'
import type { ReplyTarget } from './reply-target.ts'

/** Small enough that a client that takes its reply slowly is seen to take it. */
const sliceSize = 16 * 1024

/** Sends one planned reply, no faster than the client takes it. */
export class ReplySender {
  /** Bytes of the body that were handed to the operating system. */
  bytesSent = 0
  readonly #target: ReplyTarget
  readonly #stream: Writable
  #produced = 0
  #producer: BodyProducer | undefined
  #stopped = false
  #wake: (() => void) | undefined

  constructor(target: ReplyTarget) {
    this.#target = target
    this.#stream = target.stream
    this.#stream.on('drain', () => this.#wake?.())
  }

  /** True while the client should be taking bytes. */
  get pending(): boolean {
    const { writableLength, writableEnded, writableFinished } = this.#stream
    return writableLength > 0 || (writableEnded && !writableFinished)
  }

  /** Starts the producer of a streamed body; to be called before the head. */
  start({ body }: ReplyPlan): void {
    if (body !== null && !(body instanceof Uint8Array)) this.#producer = startBody(body)
  }

  /**
   * Sends the body and ends the reply. Rejects with the producer's error, or with `ZZZ_REPLY_LENGTH` when the bytes are
   * not those the head promised; the reply is broken off then.
   */
  async body({ body, length }: ReplyPlan): Promise<void> {
    if (body === null || (body instanceof Uint8Array && body.length <= sliceSize)) {
      this.#end(body)
      return
    }
    const producer =
      body instanceof Uint8Array ? slices(body, sliceSize) : (this.#producer ?? startBody(body))
    this.#producer = producer
    this.#target.flushHead()
    await this.#pump(producer, length)
  }

  /** Ends the producer: the client is gone. */
  stop(): void {
    this.#stopped = true
    this.#producer?.cancel()
    this.#wake?.()
  }

  async #pump(producer: BodyProducer, length: number | undefined): Promise<void> {
    try {
      for (;;) {
        const piece = await producer.next()
        if (this.#stopped) return
        if (piece === null) break
        await this.#write(typeof piece === 'string' ? Buffer.from(piece) : piece, length)
        if (this.#stopped) return
      }
      if (length !== undefined && this.#produced < length) throw wrongLength(length, `only ${this.#produced}`)
      this.#stream.end()
    } finally {
      producer.cancel()
    }
  }

  async #write(bytes: Uint8Array, length: number | undefined): Promise<void> {
    this.#produced += bytes.length
    if (length !== undefined && this.#produced > length) throw wrongLength(length, 'more')
    for (let start = 0; start < bytes.length && !this.#stopped; start += sliceSize) {
      const slice = bytes.subarray(start, start + sliceSize)
      const room = this.#stream.write(slice, (error) => this.#count(slice.length, error))
      if (!room) await this.#drained()
    }
  }

  #end(body: Uint8Array | null): void {
    if (body === null || body.length === 0) this.#stream.end()
    // Bytes, never text: Node would put the head into the same string and encode that as UTF-8.
    else this.#stream.end(body, () => this.#count(body.length, null))
  }

  #count(bytes: number, error: Error | null | undefined): void {
    if (!error) this.bytesSent += bytes
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

function wrongLength(length: number, sent: string): ZzzError {
  return new ZzzError(
    'ZZZ_REPLY_LENGTH',
    `The reply promised ${length} bytes of body, its stream gave ${sent}`,
  )
}
