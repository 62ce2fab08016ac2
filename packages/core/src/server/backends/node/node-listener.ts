import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Address, Handle, Listener, ListenOptions } from '../../backend.ts'
import { ConnectionGate } from '../../connection-gate.ts'
import { addressOf, emptied, startListening } from '../../listening.ts'
import { Ticker } from '../../ticker.ts'
import { Handshakes, handshakeOptions } from '../../tls/handshakes.ts'
import { Connection, type ConnectionShared } from './connection.ts'
import { Http2Connection } from './http2-connection.ts'
import { parserFault } from './parser-fault.ts'

/** A node:http or node:https server behind our gate, with one `Connection` a socket. */
export class NodeListener implements Listener, ConnectionShared {
  readonly options: ListenOptions
  readonly handle: Handle
  draining = false
  readonly #server: Server
  readonly #gate: ConnectionGate
  readonly #handshakes: Handshakes | undefined
  readonly #ticker: Ticker
  readonly #connections = new Map<Duplex, Connection>()
  readonly #http2Connections = new Set<Http2Connection>()
  /** Node's own listener, which gives a socket its parser. */
  readonly #attachParser: (socket: Socket) => void
  readonly #outside = AsyncLocalStorage.snapshot()
  #address: Address | undefined

  constructor(handle: Handle, options: ListenOptions) {
    this.handle = handle
    this.options = options
    this.#ticker = new Ticker(options.timeouts)
    this.#gate = new ConnectionGate({
      limits: options.limits,
      admit: (socket) =>
        this.#handshakes === undefined ? this.#admit(socket) : this.#handshakes.begin(socket),
      onError: options.onError,
      encrypted: options.tls !== undefined,
    })
    const secureServer = options.tls && secureServerOf(options)
    this.#server = secureServer ?? createServer(serverOptions(options))
    this.#attachParser = this.#takeListener(secureServer === undefined ? 'connection' : 'secureConnection')
    this.#handshakes = secureServer && this.#shakeHands(secureServer)
    this.#listen()
  }

  get address(): Address {
    return this.#address as Address
  }

  /** Binds the port. */
  async open(): Promise<void> {
    await startListening(this.#server, this.options)
    this.#server.on('error', this.options.onError)
    this.#address = addressOf(this.#server.address(), this.options.tls === undefined ? 'http' : 'https')
  }

  connections(): number {
    return this.#gate.size
  }

  async stopAccepting(): Promise<void> {
    // The method of net: the one of node:http closes idle connections too.
    if (this.#server.listening) NetServer.prototype.close.call(this.#server)
  }

  async drain(signal: AbortSignal, spareIdle?: AbortSignal): Promise<void> {
    this.draining = true
    if (spareIdle === undefined) this.#gate.refuseWaiting()
    else await this.#spareIdle(AbortSignal.any([signal, spareIdle]))
    this.#handshakes?.destroy()
    for (const connection of this.#connections.values()) connection.drain()
    for (const connection of this.#http2Connections) connection.drain()
    await emptied(this.#gate, signal)
    if (this.#gate.size === 0) this.#stopParserClock()
  }

  /** Lets clients leave by themselves; those that wait are not turned away, since places fall free. */
  async #spareIdle(signal: AbortSignal): Promise<void> {
    for (const connection of this.#http2Connections) connection.leave()
    await emptied(this.#gate, signal)
  }

  destroy(): void {
    this.stopAccepting()
    this.#gate.destroy()
    this.#stopParserClock()
  }

  run(task: () => void): void {
    this.#outside(task)
  }

  adopt(socket: Socket): void {
    this.#attachParser(socket)
    socket.resume()
  }

  #admit(socket: Socket): void {
    const connection = new Connection(socket, this)
    this.#connections.set(socket, connection)
    this.#ticker.add(connection)
    socket.once('close', () => {
      this.#connections.delete(socket)
      this.#ticker.delete(connection)
    })
    this.#outside(() => this.adopt(socket))
  }

  #admitHttp2(socket: TLSSocket): void {
    const connection = this.#outside(() => new Http2Connection(socket, this))
    this.#http2Connections.add(connection)
    this.#ticker.add(connection)
    socket.once('close', () => {
      this.#http2Connections.delete(connection)
      this.#ticker.delete(connection)
    })
  }

  /** Puts the gate before the parser: Node would start to parse each connection as it comes. */
  #takeListener(event: 'connection' | 'secureConnection'): (socket: Socket) => void {
    const server = this.#server
    const [listener] = server.listeners(event) as ((socket: Socket) => void)[]
    server.removeAllListeners(event)
    if (event === 'connection') server.on('connection', (socket) => this.#gate.enter(socket))
    // Options of net.Server that node:http does not hand on: a parked socket is not read, and a client that ended its
    // side still gets its answer.
    Object.assign(server, { pauseOnConnect: true, httpAllowHalfOpen: true })
    // One more than we take, or node:http would silently drop the lines that we refuse; 0 is no limit.
    server.maxHeadersCount = orZero(this.options.limits.headerCount + 1)
    return (socket) => listener?.call(server, socket)
  }

  #shakeHands(server: SecureServer): Handshakes {
    const enter = (socket: Socket): void => this.#gate.enter(socket)
    return new Handshakes(server, enter, (socket) =>
      socket.alpnProtocol === 'h2' ? this.#admitHttp2(socket) : this.#admit(socket),
    )
  }

  #listen(): void {
    const onRequest = (message: IncomingMessage, response: ServerResponse): void =>
      this.#connections.get(message.socket)?.request(message, response)
    const onTaken = (message: IncomingMessage, stream: Duplex, head: Buffer): void =>
      this.#connections.get(stream)?.take(message, head)
    const server = this.#server
    for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, onRequest)
    server.on('upgrade', onTaken)
    server.on('connect', onTaken)
    server.on('clientError', (error, stream) => this.#onClientError(error, stream))
    Object.assign(server, {
      shouldUpgradeCallback: (message: IncomingMessage) =>
        this.#connections.get(message.socket)?.upgradable(message) ?? false,
    })
  }

  #onClientError(error: Error, stream: Duplex): void {
    const fault = parserFault(error)
    if (fault !== undefined) this.#connections.get(stream)?.fault(fault)
    else if (!stream.writable) stream.destroy()
  }

  /** node:http looks for slow heads with a timer of its own, which only its `close` ends. */
  #stopParserClock(): void {
    this.#server.close()
  }
}

function secureServerOf(options: ListenOptions): SecureServer {
  const { tls, timeouts, http2 } = options
  const server = createSecureServer({
    ...serverOptions(options),
    ...tls?.serverOptions,
    ...handshakeOptions(timeouts, http2),
  })
  tls?.follow(server)
  return server
}

function serverOptions({ limits, timeouts }: ListenOptions): Parameters<typeof createServer>[0] {
  return {
    maxHeaderSize: orZero(limits.requestLine + limits.headerBytes) || Number.MAX_SAFE_INTEGER,
    headersTimeout: orZero(timeouts.header),
    connectionsCheckingInterval: Math.max(10, Math.min(1000, timeouts.header / 10)),
    // Ours see more: whether anybody waits, and for whom.
    requestTimeout: 0,
    keepAliveTimeout: 0,
    requireHostHeader: false,
    highWaterMark: 16 * 1024,
    insecureHTTPParser: false,
    // No events of a body where there is none; nobody here waits for them.
    optimizeEmptyRequests: true,
  }
}

function orZero(value: number): number {
  return Number.isFinite(value) ? Math.ceil(value) : 0
}
