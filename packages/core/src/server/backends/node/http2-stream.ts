import { constants, type ServerHttp2Stream } from 'node:http2'
import { ZzzError } from '../../../errors.ts'
import type { Peer } from '../../../http/request.ts'
import type { Handle, ListenOptions } from '../../backend.ts'
import { Exchange, type ExchangeHost } from './exchange.ts'
import { Http2Message } from './http2-message.ts'
import { Http2Target } from './http2-target.ts'
import type { RequestHead } from './request-head.ts'

/** What a stream asks of its connection. */
export interface StreamOwner {
  readonly options: ListenOptions
  readonly handle: Handle
  readonly peer: Peer
  /** The stream is over. */
  forget(stream: Http2Stream): void
}

/** One stream of HTTP/2, as the host of the exchange on it. */
export class Http2Stream implements ExchangeHost {
  /** What is left of a small body is read and dropped, as on a connection of HTTP/1.1 that lives on. */
  readonly lastReply = false
  readonly #owner: StreamOwner
  readonly #stream: ServerHttp2Stream
  readonly #target: Http2Target
  readonly #exchange: Exchange

  constructor(owner: StreamOwner, stream: ServerHttp2Stream, head: RequestHead) {
    this.#owner = owner
    this.#stream = stream
    this.#target = new Http2Target(stream)
    this.#exchange = new Exchange(this, head, new Http2Message(stream), this.#target, false)
    // A client that takes its request back; `close` may have to wait for somebody to read the body.
    stream.on('aborted', () => this.#over())
    stream.on('close', () => this.#closed())
    // Read to its end before its reply goes out, it closes with that, in the same turn: a connection that is left knows
    // then that this client has its reply, and that what it sends next may still come.
    if (head.length === 0) stream.resume()
  }

  get options(): ListenOptions {
    return this.#owner.options
  }

  get handle(): Handle {
    return this.#owner.handle
  }

  get peer(): Peer {
    return this.#owner.peer
  }

  /** Calls the handler. */
  start(): void {
    this.#exchange.start()
  }

  tick(now: number): void {
    this.#exchange.tick(now)
  }

  /** The reply is through: who sends more than is worth draining is told to stop (RFC 9113 section 8.1). */
  finished(): void {
    this.#owner.forget(this)
    if (this.#exchange.bodyToCome) {
      this.#exchange.failBody(new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'The reply has ended the stream'))
      this.#stream.close(constants.NGHTTP2_NO_ERROR)
    }
    this.#stream.resume()
  }

  /** Never called: HTTP/2 has no upgrades. */
  upgraded(): void {}

  cut(): void {
    // `close` would end it first, and half a reply would look whole.
    this.#stream.destroy(new Error('The reply broke off'))
    this.#over()
  }

  #closed(): void {
    this.#target.closed()
    this.#over()
  }

  #over(): void {
    this.#owner.forget(this)
    this.#exchange.closed()
  }
}
