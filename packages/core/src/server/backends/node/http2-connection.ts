import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { ZzzError } from '../../../errors.ts'
import type { Peer } from '../../../http/request.ts'
import { publishRefusal } from '../../../telemetry/publish-refusal.ts'
import type { Limits } from '../../limits.ts'
import type { Ticked } from '../../ticker.ts'
import { faultReply } from '../zzz/fault-reply.ts'
import type { ConnectionShared } from './connection.ts'
import { Exchange, type ExchangeHost } from './exchange.ts'
import { readHttp2Head } from './http2-head.ts'
import { Http2Target } from './http2-target.ts'
import type { MessageStream } from './request-body.ts'

const { NGHTTP2_FLAG_END_STREAM, NGHTTP2_NO_ERROR } = constants

/** Milliseconds that a client gets to close its side after we have closed ours. */
const linger = 1000

/**
 * One connection of HTTP/2 (RFC 9113). Each stream is an exchange of its own; nghttp2 keeps to the protocol and defends
 * it against floods, and this class to our limits and times.
 */
export class Http2Connection implements Ticked {
  readonly #shared: ConnectionShared
  readonly #socket: TLSSocket
  readonly #session: ServerHttp2Session
  readonly #peer: Peer
  readonly #exchanges = new Map<ServerHttp2Stream, Exchange>()
  #requests = 0
  /** The client was asked to leave. */
  #announced = false
  #idleSince: number | undefined
  /** When it was closed: what is still open a while after that is cut. */
  #closedSince: number | undefined

  constructor(socket: TLSSocket, shared: ConnectionShared) {
    this.#shared = shared
    this.#socket = socket
    const { remoteAddress, remotePort } = socket
    this.#peer = { remoteAddress, remotePort, encrypted: true }
    // Streams end by themselves here; a client that closes its side of the connection has left.
    socket.allowHalfOpen = false
    socket.on('error', ignore)
    this.#session = performServerHandshake(socket, sessionOptions(shared.options.limits))
    this.#session.on('stream', (stream, _headers, flags, raw) => this.#stream(stream, flags, raw))
    // A connection that breaks closes its streams, and those tell their exchanges.
    this.#session.on('error', ignore)
    socket.resume()
  }

  /**
   * For a listener that drains and spares idle connections. Once there is a stream, the client is asked to open no
   * further one here; those that are on their way are still served, and behind the last one the connection closes with
   * the number of the last that was (RFC 9113 section 6.8).
   */
  leave(): void {
    if (this.#session.closed || this.#session.destroyed) return
    // Without a stream nghttp2 would stop reading, and what is on its way would be lost.
    if (this.#exchanges.size === 0) {
      if (this.#announced) this.drain()
    } else if (!this.#announced) {
      this.#announced = true
      this.#session.goaway(NGHTTP2_NO_ERROR, 2 ** 31 - 1)
    }
  }

  /** Takes no further stream and closes after the last one. */
  drain(): void {
    if (!this.#session.closed && !this.#session.destroyed) this.#session.close()
  }

  tick(now: number): void {
    for (const exchange of [...this.#exchanges.values()]) exchange.tick(now)
    if (this.#exchanges.size > 0) {
      this.#idleSince = undefined
      return
    }
    this.#idleSince ??= now
    const { header, keepAlive } = this.#shared.options.timeouts
    if (now - this.#idleSince >= (this.#requests === 0 ? header : keepAlive)) this.drain()
    if (!this.#session.closed && !this.#session.destroyed) return
    this.#closedSince ??= now
    if (now - this.#closedSince >= linger) this.#socket.destroy()
  }

  #stream(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    stream.on('error', ignore)
    const { limits } = this.#shared.options
    if (++this.#requests >= limits.requestsPerConnection) this.drain()
    const ended = (flags & NGHTTP2_FLAG_END_STREAM) !== 0
    try {
      const head = readHttp2Head(raw, ended, limits)
      const exchange = new Exchange(
        this.#hostOf(stream),
        head,
        messageOf(stream),
        new Http2Target(stream),
        false,
      )
      this.#exchanges.set(stream, exchange)
      if (this.#shared.draining) this.leave()
      stream.on('close', () => this.#closed(stream, exchange))
      if (ended || head.length === 0) stream.resume()
      exchange.start()
    } catch (fault) {
      this.#refuse(stream, fault as ZzzError)
    }
  }

  #hostOf(stream: ServerHttp2Stream): ExchangeHost {
    return {
      options: this.#shared.options,
      handle: this.#shared.handle,
      peer: this.#peer,
      // What is left of a small body is read and dropped, as on a connection of HTTP/1.1 that lives on.
      lastReply: false,
      finished: () => this.#finished(stream),
      upgraded: ignore,
      cut: () => {
        // `close` would end it first, and half a reply would look whole.
        stream.destroy(new Error('The reply broke off'))
        this.#closed(stream, this.#exchanges.get(stream))
      },
    }
  }

  /** The reply is through: who sends more than is worth draining is told to stop (RFC 9113 section 8.1). */
  #finished(stream: ServerHttp2Stream): void {
    const exchange = this.#exchanges.get(stream)
    this.#forget(stream)
    if (
      exchange?.failBody(new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'The reply has ended the stream')) === true
    ) {
      stream.close(NGHTTP2_NO_ERROR)
    }
    stream.resume()
  }

  #closed(stream: ServerHttp2Stream, exchange: Exchange | undefined): void {
    this.#forget(stream)
    exchange?.closed()
  }

  #forget(stream: ServerHttp2Stream): void {
    this.#exchanges.delete(stream)
    if (this.#shared.draining) this.leave()
  }

  /** Answers what cannot be a request; the other streams go on. */
  #refuse(stream: ServerHttp2Stream, fault: ZzzError): void {
    if (!(fault instanceof ZzzError)) {
      this.#shared.options.onError(fault)
      stream.destroy(fault)
      return
    }
    publishRefusal(fault, { reason: 'head', status: fault.status, from: this.#peer, encrypted: true })
    const { statusCode, body } = faultReply(fault.status, fault)
    stream.respond({ ':status': statusCode, 'content-type': 'text/plain; charset=utf-8' })
    stream.end(body as string, () => stream.close(NGHTTP2_NO_ERROR))
    stream.resume()
  }
}

function sessionOptions(limits: Limits): Parameters<typeof performServerHandshake>[1] {
  const { requestLine, headerBytes, headerCount, streams } = limits
  return {
    settings: {
      maxConcurrentStreams: toUint32(streams),
      // RFC 9113 section 6.5.2 counts 32 bytes more for each field. Twice as much as we take is let through, and 431 is
      // what it gets: beyond that nghttp2 ends the stream without an answer.
      maxHeaderListSize: toUint32(2 * (requestLine + headerBytes + 32 * headerCount)),
    },
    maxHeaderListPairs: toUint32(2 * headerCount + 8),
    strictSingleValueFields: false,
  }
}

function toUint32(value: number): number {
  return Math.min(Math.ceil(value), 2 ** 32 - 1)
}

/** A stream as an exchange reads it; trailers are dropped, their size is nghttp2's business. */
function messageOf(stream: ServerHttp2Stream): MessageStream {
  let complete = false
  return {
    on(event: 'data' | 'end', listener: (chunk: Buffer) => void) {
      if (event === 'end') {
        stream.on('end', () => {
          complete = true
          listener(Buffer.alloc(0))
        })
      } else stream.on('data', listener)
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    get complete() {
      return complete
    },
    rawTrailers: [],
  }
}

function ignore(): void {}
