import { ZzzError } from '../../../errors.ts'
import { type BodyProducer, slices, startBody } from '../../../http/body-producer.ts'
import { type LongBody, sliceSize } from './reply-plan.ts'
import type { ReplyTarget } from './reply-target.ts'

/** Sends a body piece by piece, no faster than the client takes it. */
export class BodyPump {
  /** Bytes that were handed to the operating system. */
  bytesSent = 0
  readonly #target: ReplyTarget
  readonly #producer: BodyProducer
  /** Bytes that the head promises; undefined when it does not say. */
  readonly #length: number | undefined
  #produced = 0
  #stopped = false
  #wake: (() => void) | undefined

  /** Starts the producer, which has to run before the head is written. */
  constructor(target: ReplyTarget, body: LongBody, length: number | undefined) {
    this.#target = target
    this.#length = length
    this.#producer = body instanceof Uint8Array ? slices(body, sliceSize) : startBody(body)
  }

  /**
   * Sends everything behind the head and ends the reply. Rejects with the producer's error, or with `ZZZ_REPLY_LENGTH`
   * when the bytes are not those the head promised; the reply is broken off then.
   */
  async run(): Promise<void> {
    this.#target.flushHead()
    this.#target.stream.on('drain', () => this.#wake?.())
    try {
      await this.#pump()
    } finally {
      this.#producer.cancel()
    }
  }

  /** Ends the producer: nobody takes the rest. */
  stop(): void {
    this.#stopped = true
    this.#producer.cancel()
    this.#wake?.()
  }

  async #pump(): Promise<void> {
    for (;;) {
      const piece = await this.#producer.next()
      if (this.#stopped) return
      if (piece === null) break
      await this.#write(typeof piece === 'string' ? Buffer.from(piece) : piece)
      if (this.#producer.taken !== undefined) await this.#handedOver()
      if (this.#stopped) return
      this.#producer.taken?.()
    }
    const length = this.#length
    if (length !== undefined && this.#produced < length) throw wrongLength(length, `only ${this.#produced}`)
    this.#target.stream.end()
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#produced += bytes.length
    const length = this.#length
    if (length !== undefined && this.#produced > length) throw wrongLength(length, 'more')
    for (let start = 0; start < bytes.length && !this.#stopped; start += sliceSize) {
      const slice = bytes.subarray(start, start + sliceSize)
      const room = this.#target.stream.write(slice, (error) => {
        if (!error) this.#sent(slice.length)
      })
      if (!room) await this.#woken()
    }
  }

  #sent(bytes: number): void {
    this.bytesSent += bytes
    if (this.bytesSent === this.#produced) this.#wake?.()
  }

  /** Resolves when the operating system has all that was produced so far, or the pump was stopped. */
  async #handedOver(): Promise<void> {
    while (this.bytesSent < this.#produced && !this.#stopped) await this.#woken()
  }

  /** Resolves when there is room again, when everything is handed over, or when the pump was stopped. */
  #woken(): Promise<void> {
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
