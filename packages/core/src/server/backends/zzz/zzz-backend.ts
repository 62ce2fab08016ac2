import { createServer, type Socket } from 'node:net'
import { aborted } from '../../../internal/aborted.ts'
import type { Backend, Handle, Listener, ListenOptions } from '../../backend.ts'
import { ConnectionGate } from '../../connection-gate.ts'
import { addressOf, startListening } from '../../listening.ts'
import { type ProxiedClient, readProxyHeader } from '../../proxy-protocol.ts'
import { Ticker } from '../../ticker.ts'
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
  const gate = new ConnectionGate({
    limits: options.limits,
    onError: options.onError,
    admit: (socket) => (options.proxyProtocol ? admitProxied(socket) : admit(socket)),
  })

  function admit(socket: Socket, client?: ProxiedClient): void {
    const connection = new Connection(socket, shared, client)
    open.add(connection)
    socket.once('close', () => open.delete(connection))
    socket.resume()
  }

  function admitProxied(socket: Socket): void {
    // An error only means that the client is gone; the header is what is waited for.
    const ignore = () => {}
    socket.on('error', ignore)
    readProxyHeader(socket, options.timeouts.header).then(
      (client) => {
        socket.off('error', ignore)
        if (shared.draining) socket.destroy()
        else admit(socket, client)
      },
      (error: unknown) => {
        options.onError(error)
        socket.destroy()
      },
    )
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
    gate.enter(socket),
  )
  await startListening(server, options)
  server.on('error', options.onError)

  return {
    address: addressOf(server, 'http'),
    connections: () => gate.size,
    async stopAccepting() {
      // `server.close` calls back only when the last connection is closed; no longer accepting takes effect at once.
      server.close()
    },
    async drain(signal) {
      shared.draining = true
      gate.refuseWaiting()
      for (const connection of open) connection.shutdown()
      await Promise.race([gate.whenEmpty(), aborted(signal)])
    },
    destroy: () => gate.destroy(),
  }
}
