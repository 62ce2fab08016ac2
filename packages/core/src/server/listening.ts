import { once } from 'node:events'
import { rm, stat } from 'node:fs/promises'
import { type AddressInfo, connect, type Server } from 'node:net'
import { ZzzError } from '../errors.ts'
import type { Address, ListenOptions } from './backend.ts'
import type { ConnectionGate } from './connection-gate.ts'

/** Where a server listens: what `ListenOptions` says of it. */
export type Endpoint = Pick<ListenOptions, 'host' | 'port' | 'path' | 'fd'>

/** Starts a server on the endpoint of the options; rejects with Node's error (`EADDRINUSE` …) when it cannot. */
export async function startListening(server: Server, { host, port, path, fd }: Endpoint): Promise<void> {
  if (fd !== undefined) return listen(server, { fd, backlog: 511 })
  if (path === undefined) return listen(server, { host, port, backlog: 511 })
  await removeStaleSocket(path)
  return listen(server, { path, backlog: 511 })
}

function listen(server: Server, options: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Removes the socket file that a killed process left behind; one that somebody listens on stays. */
export async function removeStaleSocket(path: string): Promise<void> {
  const file = await stat(path).catch(() => undefined)
  if (file?.isSocket() === true && !(await isAnswered(path))) await rm(path, { force: true })
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
}

/** Resolves when no connection is open any more, or when the signal aborts, whichever is first. */
export async function emptied(gate: ConnectionGate, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const heard = new AbortController()
  const gaveUp = once(signal, 'abort', { signal: heard.signal }).catch(() => {})
  await Promise.race([gate.whenEmpty(), gaveUp])
  heard.abort()
}

/**
 * Where a socket of this address can be reached; the unspecified address is shown as the loopback one. Null is the
 * address of a Unix domain socket whose path nobody knows, since it was inherited.
 */
export function addressOf(bound: AddressInfo | string | null, scheme: 'http' | 'https'): Address {
  if (bound === null) return { host: '', port: 0, path: undefined, url: 'unix:' }
  if (typeof bound === 'string') return { host: '', port: 0, path: bound, url: `unix:${bound}` }
  const { address, port, family } = bound
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  const url = `${scheme}://${family === 'IPv6' ? `[${reachable}]` : reachable}:${port}`
  return { host: address, port, path: undefined, url }
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; stop it or choose another port',
  EADDRNOTAVAIL:
    'this machine has no such address; 127.0.0.1 and ::1 are its own, 0.0.0.0 and :: stand for all it has',
  EACCES:
    'this user may not; ports below 1024 are for root, a service manager can hand one over (option "fd")',
}

/** The error of a server that could not listen: where, why, and what to do. */
export function listenFailed(cause: unknown, { host, port, path, fd }: Partial<Endpoint>): ZzzError {
  const { code = '', message } = cause as { code?: string; message: string }
  const where = fd !== undefined ? `file descriptor ${fd}` : (path ?? `${host} port ${port}`)
  const isFile = path !== undefined && code !== 'EADDRINUSE'
  const why = (isFile ? undefined : remedies[code]) ?? message
  return new ZzzError('ZZZ_LISTEN_FAILED', `Cannot listen on ${where}: ${why}`, { cause })
}
