import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import type { Address, ListenOptions } from './backend.ts'
import type { ConnectionGate } from './connection-gate.ts'

/** Starts a server on the address of the options; rejects with Node's error (`EADDRINUSE` …) when it cannot. */
export function startListening(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 511 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Where a listening server can be reached; the unspecified address is shown as the loopback one. */
export function addressOf(server: Server, scheme: 'http' | 'https'): Address {
  const { address, port, family } = server.address() as AddressInfo
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return {
    host: address,
    port,
    url: `${scheme}://${family === 'IPv6' ? `[${reachable}]` : reachable}:${port}`,
  }
}

/** Resolves when no connection is open any more, or when the signal aborts, whichever is first. */
export async function emptied(gate: ConnectionGate, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const heard = new AbortController()
  const gaveUp = once(signal, 'abort', { signal: heard.signal }).catch(() => {})
  await Promise.race([gate.whenEmpty(), gaveUp])
  heard.abort()
}
