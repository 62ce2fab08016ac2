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
import type { Handle, ListenOptions } from '../../backend.ts'
import type { Limits } from '../../limits.ts'
import type { Ticked } from '../../ticker.ts'
import { faultReply } from '../zzz/fault-reply.ts'
import type { ConnectionShared } from './connection.ts'
import { readHttp2Head } from './http2-head.ts'
import { Http2Stream, type StreamOwner } from './http2-stream.ts'

const { NGHTTP2_FLAG_END_STREAM, NGHTTP2_NO_ERROR } = constants

/** Milliseconds that a client gets to close its side after we have closed ours. */
const linger = 1000

/**
 * One connection of HTTP/2 (RFC 9113). Each stream is an exchange of its own; nghttp2 keeps to the protocol and defends
 * it against floods, and this class to our limits and times.
 */
export class Http2Connection implements Ticked, StreamOwner {
  readonly peer: Peer
  readonly #shared: ConnectionShared
  readonly #socket: TLSSocket
  readonly #session: ServerHttp2Session
  readonly #streams = new Set<Http2Stream>()
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
    this.peer = { remoteAddress, remotePort, encrypted: true }
    // Streams end by themselves here; a client that closes its side of the connection has left.
    socket.allowHalfOpen = false
    socket.on('error', ignore)
    this.#session = performServerHandshake(socket, sessionOptions(shared.options.limits))
    this.#session.on('stream', (stream, _headers, flags, raw) => this.#stream(stream, flags, raw))
    // A connection that breaks closes its streams, and those tell their exchanges.
    this.#session.on('error', ignore)
    socket.resume()
  }

  get options(): ListenOptions {
    return this.#shared.options
  }

  get handle(): Handle {
    return this.#shared.handle
  }

  forget(stream: Http2Stream): void {
    this.#streams.delete(stream)
    if (this.#shared.draining) this.leave()
  }

  /**
   * For a listener that drains and spares idle connections. Once there is a stream, the client is asked to open no
   * further one here; those that are on their way are still served, and behind the last one the connection closes with
   * the number of the last that was (RFC 9113 section 6.8).
   */
  leave(): void {
    if (this.#session.closed || this.#session.destroyed) return
    // Without a stream nghttp2 would stop reading, and what is on its way would be lost.
    if (this.#streams.size === 0) {
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
    for (const stream of [...this.#streams]) stream.tick(now)
    if (this.#streams.size > 0) {
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
      this.#begin(new Http2Stream(this, stream, readHttp2Head(raw, ended, limits)))
    } catch (fault) {
      this.#refuse(stream, fault as ZzzError)
    }
  }

  #begin(stream: Http2Stream): void {
    this.#streams.add(stream)
    if (this.#shared.draining) this.leave()
    stream.start()
  }

  /** Answers what cannot be a request; the other streams go on. */
  #refuse(stream: ServerHttp2Stream, fault: ZzzError): void {
    if (!(fault instanceof ZzzError)) {
      this.#shared.options.onError(fault)
      stream.destroy(fault)
      return
    }
    publishRefusal(fault, { reason: 'head', status: fault.status, from: this.peer, encrypted: true })
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

function ignore(): void {}
