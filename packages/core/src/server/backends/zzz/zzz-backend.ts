import { createServer, type Server, type Socket } from 'node:net'
import { publishRefusal } from '../../../telemetry/publish-refusal.ts'
import type { Backend, Handle, Listener, ListenOptions } from '../../backend.ts'
import { ConnectionGate } from '../../connection-gate.ts'
import { addressOf, emptied, startListening } from '../../listening.ts'
import { type ProxiedClient, readProxyHeader } from '../../proxy-protocol.ts'
import { Ticker } from '../../ticker.ts'
import { Handshakes, handshakeOptions } from '../../tls/handshakes.ts'
import { Connection, type Shared } from './connection.ts'
import { headerGrammar } from './head.ts'

/** The framework's own HTTP/1.1 server over `node:net`, RFC 9112. The default. */
export const zzzBackend: Backend = {
  name: 'zzz',
  listen,
}

async function listen(handle: Handle, options: ListenOptions): Promise<Listener> {
  const shared: Shared = {
    handle,
    options,
    headerGrammar: headerGrammar(options.limits),
    ticker: new Ticker(options.timeouts),
    draining: false,
  }
  const open = new Set<Connection>()
  /** True once idle connections are closed. */
  let closing = false
  const gate = new ConnectionGate({
    limits: options.limits,
    onError: options.onError,
    encrypted: options.tls !== undefined,
    admit(socket) {
      if (handshakes !== undefined) handshakes.begin(socket)
      else if (options.proxyProtocol) beginProxied(socket)
      else begin(socket)
    },
  })

  function begin(socket: Socket, client?: ProxiedClient): Connection {
    const connection = new Connection(socket, shared, client)
    open.add(connection)
    socket.once('close', () => open.delete(connection))
    socket.resume()
    return connection
  }

  function beginProxied(socket: Socket): void {
    // An error only means that the client is gone; the header is what is waited for.
    const ignore = () => {}
    socket.on('error', ignore)
    readProxyHeader(socket, options.timeouts.header).then(
      (client) => {
        socket.off('error', ignore)
        const connection = begin(socket, client)
        if (closing) connection.shutdown()
      },
      (error: unknown) => {
        options.onError(error)
        publishRefusal(error, { reason: 'proxy', status: 0, from: socket, encrypted: false })
        socket.destroy()
      },
    )
  }

  const { server, handshakes } = await createListeningServer(options, (socket) => gate.enter(socket), begin)
  await startListening(server, options)
  server.on('error', options.onError)

  return {
    address: addressOf(server.address(), options.tls === undefined ? 'http' : 'https'),
    connections: () => gate.size,
    async stopAccepting() {
      // `server.close` calls back only when the last connection is closed; no longer accepting takes effect at once.
      server.close()
    },
    async drain(signal, spareIdle) {
      shared.draining = true
      // Those that wait are not turned away then: each reply is the last of its connection, so places fall free.
      if (spareIdle === undefined) gate.refuseWaiting()
      else await emptied(gate, AbortSignal.any([signal, spareIdle]))
      closing = true
      handshakes?.destroy()
      for (const connection of open) connection.shutdown()
      await emptied(gate, signal)
    },
    destroy: () => gate.destroy(),
  }
}

/** Takes sockets to `enter`, and with TLS those whose handshake has succeeded to `begin`. */
async function createListeningServer(
  { tls, timeouts }: ListenOptions,
  enter: (socket: Socket) => void,
  begin: (socket: Socket) => void,
): Promise<{ server: Server; handshakes?: Handshakes }> {
  const socketOptions = { noDelay: true, pauseOnConnect: true }
  if (tls === undefined) return { server: createServer({ ...socketOptions, allowHalfOpen: true }, enter) }
  // Loaded when it is used: node:tls costs memory and time to start.
  const { createServer: createSecureServer } = await import('node:tls')
  const server = createSecureServer({ ...tls.serverOptions, ...socketOptions, ...handshakeOptions(timeouts) })
  tls.follow(server)
  return { server, handshakes: new Handshakes(server, enter, begin) }
}
