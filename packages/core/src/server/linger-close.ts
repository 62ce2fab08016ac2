import type { Socket } from 'node:net'

/** Bytes and milliseconds spent on a client that still sends after it was answered for the last time. */
export interface LingerLimits {
  readonly bytes?: number | undefined
  readonly ms?: number | undefined
}

/**
 * Closes a connection so that its last reply arrives (RFC 9112 section 9.6): ends our side, then reads and drops what
 * the client still sends until it closes too. Closing with bytes unread would reset the connection, and a reset may
 * reach the client before the reply does. After 256 KiB or a second (the defaults) the socket is destroyed.
 *
 * Takes the socket over: its `data` listeners are removed.
 */
export function lingerClose(socket: Socket, { bytes = 262144, ms = 1000 }: LingerLimits = {}): void {
  if (socket.destroyed) return
  let left = bytes
  const timer = setTimeout(() => socket.destroy(), ms)
  socket.once('close', () => clearTimeout(timer))
  socket.removeAllListeners('data')
  socket.on('data', (chunk: Uint8Array) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  if (!socket.writableEnded) socket.end()
  socket.resume()
}
