import { createServer } from 'node:net'
import type { Backend, Handle, Listener, ListenOptions } from '../../backend.ts'
import { ConnectionGate } from '../../connection-gate.ts'
import { addressOf, startListening, whenEmpty } from '../../listening.ts'
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
  let closed = () => {}
  const gate = new ConnectionGate({
    limits: options.limits,
    onError: options.onError,
    admit(socket) {
      const connection = new Connection(socket, shared)
      open.add(connection)
      socket.once('close', () => {
        open.delete(connection)
        closed()
      })
      socket.resume()
    },
  })
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
    gate.enter(socket),
  )
  await startListening(server, options)
  server.on('error', options.onError)
  // `server.close` calls back only when the last connection is closed; no longer accepting takes effect at once.
  const stopAccepting = async () => void server.close()

  return {
    address: addressOf(server, 'http'),
    connections: () => gate.size,
    stopAccepting,
    async drain(signal) {
      shared.draining = true
      gate.refuseWaiting()
      for (const connection of open) connection.shutdown()
      const changed = (check: () => void) => {
        closed = check
      }
      await whenEmpty(() => open.size, changed, signal)
    },
    destroy: () => gate.destroy(),
  }
}
