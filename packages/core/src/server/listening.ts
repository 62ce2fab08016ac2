import type { AddressInfo, Server } from 'node:net'
import type { Address, ListenOptions } from './backend.ts'

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

/** Resolves when `size` gives 0; asked again whenever `changed` calls back. Gives up when the signal aborts. */
export function whenEmpty(
  size: () => number,
  changed: (check: () => void) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (size() === 0 || signal.aborted) resolve()
    }
    signal.addEventListener('abort', check, { once: true })
    changed(check)
    check()
  })
}
