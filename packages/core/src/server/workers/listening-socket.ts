import { lookup } from 'node:dns/promises'
import { closeSync } from 'node:fs'
import { BoundSocket, type BoundSocketOptions } from 'node:net'
import { ZzzError } from '../../errors.ts'
import type { Address } from '../backend.ts'
import { addressOf, type Endpoint, removeStaleSocket } from '../listening.ts'

/** The descriptor under which a worker finds the listening socket, behind the standard ones and the channel. */
export const workerDescriptor = 4

/** The socket that all workers accept from. The primary only holds it, so that it outlives every one of them. */
export interface ListeningSocket {
  readonly fd: number
  /** Undefined for an inherited socket: a worker that listens can tell. */
  readonly address: Address | undefined
  close(): void
}

/** Binds the socket, or takes the one that this process inherited. Rejects with Node's error (`EADDRINUSE` …). */
export async function openListeningSocket(
  { host, port, path, fd }: Endpoint,
  scheme: 'http' | 'https',
): Promise<ListeningSocket> {
  if (fd !== undefined) return { fd, address: undefined, close: () => closeSync(fd) }
  const socket = bind(path === undefined ? await resolved(host, port) : await freed(path))
  return { fd: socket.fd(), address: addressOf(socket.address(), scheme), close: () => socket.close() }
}

async function resolved(host: string, port: number): Promise<BoundSocketOptions> {
  return { host: (await lookup(host)).address, port }
}

/** Node takes a path since 26.4 too; its types do not know. */
async function freed(path: string): Promise<BoundSocketOptions & { path: string }> {
  await removeStaleSocket(path)
  return { path }
}

function bind(options: BoundSocketOptions): BoundSocket {
  if (BoundSocket === undefined) {
    throw new ZzzError('ZZZ_OPTION_INVALID', 'serve: option "workers" needs Node 24.19, 26.4 or later')
  }
  const socket = new BoundSocket(options)
  if (socket.fd() >= 0) return socket
  socket.close()
  throw new ZzzError('ZZZ_OPTION_INVALID', 'serve: option "workers" does not work on this operating system')
}
