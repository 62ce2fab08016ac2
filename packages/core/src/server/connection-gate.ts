import type { Socket } from 'node:net'
import { ZzzError } from '../errors.ts'
import { gauges } from '../telemetry/gauges.ts'
import { publishRefusal } from '../telemetry/publish-refusal.ts'
import type { Limits } from './limits.ts'
import { lingerClose } from './linger-close.ts'

/** Options of a gate: its limits, what happens to an admitted socket, and who hears that the server is overloaded. */
export interface ConnectionGateOptions {
  readonly limits: Pick<Limits, 'connections' | 'waiting'>
  /** Takes an admitted socket, still paused: attach a parser, then `resume()` it. */
  readonly admit: (socket: Socket) => void
  readonly onError: (error: unknown) => void
  /** True when the sockets will speak TLS: who is refused gets no answer then, since a handshake costs more than one. */
  readonly encrypted?: boolean | undefined
}

const unavailable =
  'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n'

/**
 * Serves so many connections at once, lets so many more wait unread until one closes, and turns away the rest. Takes
 * sockets that nobody reads yet: the server must pause them on connect (`pauseOnConnect`).
 */
export class ConnectionGate {
  readonly #options: ConnectionGateOptions
  readonly #served = new Set<Socket>()
  /** In the order they came. */
  readonly #waiting = new Set<Socket>()
  readonly #refused = new Set<Socket>()
  /** The error of the overload that lasts; undefined without one. */
  #overload: ZzzError | undefined
  #whenEmpty: (() => void)[] = []

  constructor(options: ConnectionGateOptions) {
    this.#options = options
  }

  /** Connections that are open now, those that wait and those being turned away included. */
  get size(): number {
    return this.#served.size + this.#waiting.size + this.#refused.size
  }

  /** Admits, parks or refuses a new connection. */
  enter(socket: Socket): void {
    const { connections, waiting } = this.#options.limits
    socket.once('close', () => this.#leave(socket))
    gauges.connections.add(1)
    if (this.#served.size < connections) this.#admit(socket)
    else if (this.#waiting.size < waiting) this.#park(socket)
    else this.#overflow(socket)
  }

  /** Turns away everybody who waits; for a server that drains. */
  refuseWaiting(): void {
    const sockets = [...this.#waiting]
    this.#waiting.clear()
    const closing = new ZzzError('ZZZ_OVERLOADED', 'The server closes before this connection had a turn')
    for (const socket of sockets) this.#refuse(socket, closing)
  }

  /** Resolves when no connection is open; at once when that is so now. */
  whenEmpty(): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenEmpty.push(resolve))
  }

  /** Destroys every socket. */
  destroy(): void {
    // Those that wait become refused first, so that no place falls free for one of them.
    this.refuseWaiting()
    for (const socket of [...this.#refused, ...this.#served]) socket.destroy()
  }

  #admit(socket: Socket): void {
    this.#served.add(socket)
    this.#options.admit(socket)
  }

  #park(socket: Socket): void {
    this.#waiting.add(socket)
    // An error only says that the client is gone; `close` follows.
    socket.on('error', ignore)
  }

  #overflow(socket: Socket): void {
    // One warning an overload, not one a connection: the log must not become the next bottleneck.
    if (this.#overload === undefined) {
      this.#overload = this.#overloadError()
      this.#options.onError(this.#overload)
    }
    this.#refuse(socket, this.#overload)
  }

  #refuse(socket: Socket, error: ZzzError): void {
    const { encrypted = false } = this.#options
    this.#refused.add(socket)
    socket.on('error', ignore)
    publishRefusal(error, { reason: 'overload', status: encrypted ? 0 : 503, from: socket, encrypted })
    if (!encrypted) socket.write(unavailable)
    // Under load, a client that is sent away gets a moment and no more.
    lingerClose(socket, { total: 1000 })
  }

  #leave(socket: Socket): void {
    gauges.connections.add(-1)
    this.#waiting.delete(socket)
    this.#refused.delete(socket)
    if (this.#served.delete(socket)) this.#admitNext()
    if (this.size > 0) return
    for (const resolve of this.#whenEmpty.splice(0)) resolve()
  }

  #admitNext(): void {
    const [socket] = this.#waiting
    if (socket === undefined) return
    this.#waiting.delete(socket)
    this.#overload = undefined
    socket.off('error', ignore)
    this.#admit(socket)
  }

  #overloadError(): ZzzError {
    const { connections, waiting } = this.#options.limits
    return new ZzzError(
      'ZZZ_OVERLOADED',
      `${connections} connections are open and ${waiting} wait: a further one was turned away. Raise ` +
        'limits.connections or limits.waiting, or add workers',
    )
  }
}

function ignore(): void {}
