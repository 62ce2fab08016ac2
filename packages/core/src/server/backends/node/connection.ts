import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ZzzError } from '../../../errors.ts'
import type { Reply } from '../../../http/reply.ts'
import type { Peer } from '../../../http/request.ts'
import type { Upgrade } from '../../../http/upgrade.ts'
import { publishRefusal } from '../../../telemetry/publish-refusal.ts'
import type { Handle, ListenOptions } from '../../backend.ts'
import { lingerClose } from '../../linger-close.ts'
import { Exchange, type ExchangeHost } from './exchange.ts'
import { Http1Target } from './http1-target.ts'
import { refusal } from './refusal.ts'
import { readHead } from './request-head.ts'
import { acceptUpgrade, type TakenSocket, takeSocket } from './upgrade.ts'

/** What all connections of a listener share. */
export interface ConnectionShared {
  readonly options: ListenOptions
  readonly handle: Handle
  /** True when each connection closes after what it has begun. */
  readonly draining: boolean
  /** Runs outside the async context of whichever request freed the connection. */
  run(task: () => void): void
  /** Gives a socket that was taken out of HTTP back to it. */
  adopt(socket: Socket): void
}

/** Requests that may wait for an earlier reply of their connection before it is no longer read. */
const pipelineDepth = 16

/**
 * One connection: its requests in the order they came, each answered before the next is begun. node:http would run
 * pipelined requests side by side, which RFC 9112 section 9.3.2 allows for safe methods only.
 */
export class Connection implements ExchangeHost {
  readonly peer: Peer
  readonly #shared: ConnectionShared
  readonly #socket: Socket
  #current: Exchange | undefined
  /** Exchanges to come, and at the end perhaps the refusal of what came behind them. */
  #queue: (Exchange | ZzzError)[] = []
  /** Requests that were begun. */
  #requests = 0
  /** True when nothing behind the requests that came so far is taken. */
  #sealed = false
  /** True once nothing further is taken: the last reply or a refusal is on its way. */
  #closing = false
  #halfClosed = false
  #idleSince: number | undefined
  #idleBytes = 0
  /** The request whose offer to upgrade cannot be taken. */
  #unheeded: IncomingMessage | undefined
  /** Set while node:http has let go of the socket because the client asked to upgrade. */
  #taken: TakenSocket | undefined

  constructor(socket: Socket, shared: ConnectionShared) {
    this.#socket = socket
    this.#shared = shared
    this.peer = {
      remoteAddress: socket.remoteAddress,
      remotePort: socket.remotePort,
      encrypted: 'encrypted' in socket,
    }
    // What node:http does with a socket after a last reply would reset a client that still sends.
    socket.destroySoon = () => {}
    socket.on('error', ignore)
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onClose)
  }

  get options(): ListenOptions {
    return this.#shared.options
  }

  get handle(): Handle {
    return this.#shared.handle
  }

  get lastReply(): boolean {
    const { draining, options } = this.#shared
    if (this.#requests >= options.limits.requestsPerConnection) return true
    return this.#queue.length === 0 && (draining || this.#halfClosed || this.#sealed)
  }

  /** A request came. */
  request(message: IncomingMessage, response: ServerResponse): void {
    this.#admit(message, response, false)
  }

  /**
   * True when node:http may let go of the socket for a request that offers to upgrade: nothing else is going on. When it
   * may not, the request is the last: llhttp drops what stands behind it in the same packet, so framing would be lost.
   */
  upgradable(message: IncomingMessage): boolean {
    const hasBody = 'content-length' in message.headers || 'transfer-encoding' in message.headers
    const takeable = this.#current === undefined && !this.#sealed && !hasBody && message.httpVersion === '1.1'
    if (!takeable) this.#unheeded = message
    return takeable
  }

  /**
   * node:http let go of the socket, for an offer to upgrade or for CONNECT, which it does not answer itself. Behind a
   * request that still runs, nothing can answer it any more: that reply is the last.
   */
  take(message: IncomingMessage, head: Buffer): void {
    if (this.#current !== undefined || this.#sealed) {
      this.#sealed = true
      return
    }
    this.#taken = takeSocket(message, this.#socket, head)
    this.#admit(message, this.#taken.response, true)
  }

  /** What came is no valid request, or its head came too slowly. */
  fault(error: ZzzError): void {
    if (this.#closing) return
    const newest = this.#newest()
    if (newest?.bodyToCome) newest.failBody(trailerFault(error))
    else if (!this.#sealed) this.#refuseNext(error)
  }

  finished(keepAlive: boolean): void {
    this.#current = undefined
    if (!keepAlive) return this.#close()
    if (this.#taken !== undefined) this.#giveBack(this.#taken)
    if (this.#queue.length === 0) this.#rest()
    else this.#shared.run(() => this.#next())
  }

  upgraded(reply: Reply, upgrade: Upgrade): void {
    const taken = this.#taken as TakenSocket
    this.#current = undefined
    this.#closing = true
    this.#sealed = true
    this.#taken = undefined
    Reflect.deleteProperty(this.#socket, 'destroySoon')
    this.#socket.off('end', this.#onEnd)
    this.#socket.off('close', this.#onClose)
    acceptUpgrade(taken, reply, upgrade, this.options.onError)
  }

  cut(): void {
    this.#socket.destroy()
  }

  /** Closes the connection when it is idle; else it closes after its last reply. */
  drain(): void {
    if (this.#current === undefined && !this.#closing) this.#close()
  }

  tick(now: number): void {
    this.#current?.tick(now)
    if (this.#current !== undefined || this.#closing) return
    if (this.#idleSince === undefined) {
      this.#idleSince = now
      this.#idleBytes = this.#socket.bytesRead
      return
    }
    const { keepAlive, header } = this.options.timeouts
    // A head that has begun has its own time, which the parser keeps; empty lines alone never begin one.
    const begun = this.#requests === 0 || this.#socket.bytesRead > this.#idleBytes
    if (now - this.#idleSince >= keepAlive + (begun ? header : 0)) this.#close()
  }

  #admit(message: IncomingMessage, response: ServerResponse, taken: boolean): void {
    if (this.#sealed) return
    this.#sealed = message === this.#unheeded
    try {
      const head = readHead(message, this.options.limits)
      this.#enqueue(new Exchange(this, head, message, new Http1Target(response), taken))
    } catch (error) {
      this.#refuseNext(error as ZzzError)
    }
  }

  #refuseNext(fault: ZzzError): void {
    this.#sealed = true
    this.#enqueue(fault)
  }

  /** The exchange whose request came last: the only one whose body may still be coming. */
  #newest(): Exchange | undefined {
    const last = this.#queue.at(-1) ?? this.#current
    return last instanceof Exchange ? last : undefined
  }

  #enqueue(turn: Exchange | ZzzError): void {
    if (this.#current === undefined) return this.#begin(turn)
    this.#queue.push(turn)
    // At the end of this turn of the loop: the parser resumes the socket behind each message it completes.
    if (this.#queue.length === pipelineDepth) setImmediate(() => this.#holdBack())
  }

  #holdBack(): void {
    if (this.#queue.length >= pipelineDepth) this.#socket.pause()
  }

  #next(): void {
    const turn = this.#queue.shift()
    if (turn === undefined) return this.#rest()
    this.#begin(turn)
    if (this.#queue.length < pipelineDepth && this.#socket.isPaused()) this.#socket.resume()
  }

  #begin(turn: Exchange | ZzzError): void {
    if (turn instanceof ZzzError) return this.#refuse(turn)
    this.#current = turn
    this.#requests++
    if (this.#halfClosed) turn.halfClosed()
    turn.start()
  }

  /** Nothing is left to answer. */
  #rest(): void {
    this.#idleSince = undefined
    if (this.#halfClosed || this.#shared.draining) this.#close()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #refuse(fault: ZzzError): void {
    if (this.#closing) return
    const reason = fault.code === 'ZZZ_REQUEST_TIMEOUT' ? 'timeout' : 'head'
    publishRefusal(fault, { reason, status: fault.status, from: this.peer, encrypted: this.peer.encrypted })
    if (!this.#socket.destroyed) this.#socket.write(refusal(fault))
    this.#close()
  }

  /** Closes once everything written is sent. */
  #close(): void {
    this.#closing = true
    this.#sealed = true
    this.#queue = []
    // While nobody reads a body, node:http has stopped the handle below the stream, and starts it again on this event only,
    // to which it listens no more once the socket is taken from its parser.
    this.#socket.emit('resume')
    lingerClose(this.#socket)
  }

  /** The offer to upgrade was answered like any other request: HTTP goes on. */
  #giveBack(taken: TakenSocket): void {
    this.#taken = undefined
    taken.release()
    this.#shared.adopt(this.#socket)
  }

  readonly #onEnd = (): void => {
    this.#halfClosed = true
    this.#current?.halfClosed()
    this.#newest()?.failBody(new ZzzError('ZZZ_BODY_MALFORMED', 'The request body ended early (RFC 9112 8)'))
    if (this.#current === undefined && this.#queue.length === 0 && !this.#closing) this.#close()
  }

  readonly #onClose = (): void => {
    this.#closing = true
    this.#sealed = true
    this.#queue = []
    this.#current?.closed()
  }
}

/** Behind a body there are trailers and no request line, which is what an overflow within one line looks like. */
function trailerFault(error: ZzzError): ZzzError {
  if (error.code !== 'ZZZ_TARGET_TOO_LONG') return error
  return new ZzzError('ZZZ_HEADERS_TOO_LARGE', 'The trailers are too large', { cause: error })
}

function ignore(): void {}
