import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import type { Backend, Handle, Listener, ListenOptions } from '../../backend.ts'
import { ConnectionGate } from '../../connection-gate.ts'
import { addressOf, emptied, startListening } from '../../listening.ts'
import { Handshakes, handshakeOptions } from '../../tls/handshakes.ts'
import { Connection, type Shared } from './connection.ts'
import { headerGrammar } from './head.ts'
import { Ticker } from './ticker.ts'

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
  const begin = (socket: Socket): void => {
    const connection = new Connection(socket, shared)
    open.add(connection)
    socket.once('close', () => open.delete(connection))
    socket.resume()
  }
  const gate = new ConnectionGate({
    limits: options.limits,
    onError: options.onError,
    encrypted: options.tls !== undefined,
    admit: (socket) => (handshakes === undefined ? begin(socket) : handshakes.begin(socket)),
  })
  const { server, handshakes } = createListeningServer(options, (socket) => gate.enter(socket), begin)
  await startListening(server, options)
  server.on('error', options.onError)
  // `server.close` calls back only when the last connection is closed; no longer accepting takes effect at once.
  const stopAccepting = async () => void server.close()

  return {
    address: addressOf(server, options.tls === undefined ? 'http' : 'https'),
    connections: () => gate.size,
    stopAccepting,
    async drain(signal) {
      shared.draining = true
      gate.refuseWaiting()
      handshakes?.destroy()
      for (const connection of open) connection.shutdown()
      await emptied(gate, signal)
    },
    destroy: () => gate.destroy(),
  }
}

/** Takes sockets to `enter`, and with TLS those whose handshake has succeeded to `begin`. */
function createListeningServer(
  { tls, timeouts }: ListenOptions,
  enter: (socket: Socket) => void,
  begin: (socket: Socket) => void,
): { server: Server; handshakes?: Handshakes } {
  const socketOptions = { noDelay: true, pauseOnConnect: true }
  if (tls === undefined) return { server: createServer({ ...socketOptions, allowHalfOpen: true }, enter) }
  const server = createSecureServer({ ...tls.serverOptions, ...socketOptions, ...handshakeOptions(timeouts) })
  tls.follow(server)
  return { server, handshakes: new Handshakes(server, enter, begin) }
}
