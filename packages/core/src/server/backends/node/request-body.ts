import { ZzzError } from '../../../errors.ts'
import { type BodyFlow, IncomingBody } from '../../../http/incoming-body.ts'
import type { Limits } from '../../limits.ts'
import type { Timeouts } from '../../timeouts.ts'

/** The bytes of a request as Node brings them: an `IncomingMessage`, or a stream of HTTP/2. */
export interface MessageStream {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  on(event: 'end', listener: () => void): unknown
  pause(): unknown
  resume(): unknown
  /** True once the last byte has arrived, whether it was read or not. */
  readonly complete: boolean
  /** Names and values in turn. */
  readonly rawTrailers: readonly string[]
}

/** What a request body tells the exchange it belongs to. */
export interface RequestBodyEvents {
  /** Someone reads it for the first time. */
  started(): void
  /** Its last byte arrived. */
  completed(): void
  /** It broke a limit; no more of it is read. */
  broken(): void
}

/** Milliseconds that one byte buys a slow body: 250 bytes a second. */
const millisecondsPerByte = 4

/** Feeds an `IncomingBody` from Node's message: limits, time and what happens to bytes that nobody wants. */
export class RequestBody implements BodyFlow {
  readonly incoming: IncomingBody
  readonly #message: MessageStream
  readonly #limits: Limits
  readonly #timeouts: Timeouts
  readonly #events: RequestBodyEvents
  #received = 0
  /** Bytes that had arrived when nobody wanted more. */
  #wanted = Number.POSITIVE_INFINITY
  /** The client waits for `100 Continue`, as far as we know. */
  #awaitsContinue: boolean
  #continueOwed: boolean
  #broken = false
  #allowance: number
  #checkedAt = 0
  #checkedBytes = 0

  constructor(
    message: MessageStream,
    length: number | undefined,
    awaitsContinue: boolean,
    options: { readonly limits: Limits; readonly timeouts: Timeouts },
    events: RequestBodyEvents,
  ) {
    this.#message = message
    this.#limits = options.limits
    this.#timeouts = options.timeouts
    this.#events = events
    this.#awaitsContinue = awaitsContinue
    this.#continueOwed = awaitsContinue
    this.#allowance = options.timeouts.body
    this.incoming = new IncomingBody(this, length)
    message.on('data', (chunk: Buffer) => this.#take(chunk))
    message.on('end', () => this.#end())
  }

  /** True once the parser saw the end, though the last bytes may still be on their way to the reader. */
  get arrived(): boolean {
    return this.#message.complete
  }

  /** True while bytes should be coming: not when the client waits for `100 Continue` or is held back. */
  get arriving(): boolean {
    return !this.incoming.complete && !this.#broken && !this.#awaitsContinue && !this.incoming.paused
  }

  /** True when the rest is not worth draining to keep the connection, or may never come. */
  get tooLongToDrain(): boolean {
    if (this.incoming.complete) return false
    const rest = (this.incoming.length ?? 0) - this.#received
    return this.#broken || this.#awaitsContinue || rest > this.#limits.drain
  }

  /** Breaks the body off, for whoever reads it and for the connection. */
  fail(error: ZzzError): void {
    if (this.#broken || this.incoming.complete) return
    this.#broken = true
    this.#message.pause()
    this.incoming.fail(error)
    this.#events.broken()
  }

  /**
   * True when the body came too slowly. The time left refills with what arrives, up to `timeouts.body`, so neither a long
   * pause nor a steady drip is enough.
   */
  expired(now: number): boolean {
    const earned = (this.#received - this.#checkedBytes) * millisecondsPerByte
    const elapsed = this.arriving && this.#checkedAt > 0 ? now - this.#checkedAt : 0
    this.#checkedAt = this.arriving ? now : 0
    this.#checkedBytes = this.#received
    this.#allowance = Math.min(this.#allowance - elapsed + earned, this.#timeouts.body)
    return this.#allowance <= 0
  }

  started(): void {
    if (!this.#continueOwed) return
    this.#continueOwed = false
    this.#awaitsContinue = false
    this.#events.started()
  }

  pause(): void {
    this.#message.pause()
  }

  resume(): void {
    if (!this.#broken) this.#message.resume()
  }

  cancelled(): void {
    this.#wanted = this.#received
    this.resume()
  }

  #take(chunk: Buffer): void {
    if (this.#broken) return
    // Whoever sends the body unasked does not wait for `100 Continue`.
    this.#awaitsContinue = false
    this.#received += chunk.length
    if (this.#received > this.#limits.body) {
      this.fail(
        new ZzzError('ZZZ_BODY_TOO_LARGE', `The request body is larger than ${this.#limits.body} bytes`),
      )
    } else if (this.#received - this.#wanted > this.#limits.drain) {
      this.fail(new ZzzError('ZZZ_BODY_TOO_LARGE', `More than ${this.#limits.drain} bytes were left unread`))
    } else {
      this.incoming.push(chunk)
      this.incoming.own(chunk)
    }
  }

  #end(): void {
    if (this.#broken) return
    const { rawTrailers } = this.#message
    if (rawTrailers.length / 2 > this.#limits.headerCount) {
      this.fail(
        new ZzzError(
          'ZZZ_HEADERS_TOO_LARGE',
          `There are more than ${this.#limits.headerCount} trailer lines`,
        ),
      )
      return
    }
    this.incoming.end()
    this.#events.completed()
  }
}
