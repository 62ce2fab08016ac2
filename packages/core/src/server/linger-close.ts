import type { Socket } from 'node:net'

/** What is spent on a client that still sends after it was answered for the last time. */
export interface LingerLimits {
  /** Bytes that are read and dropped. Default 64 MiB. */
  readonly bytes?: number | undefined
  /** Milliseconds without a byte. Default 1,000. */
  readonly idle?: number | undefined
  /** Milliseconds in all. Default 30,000. */
  readonly total?: number | undefined
}

/**
 * Closes a connection so that its last reply arrives (RFC 9112 section 9.6): ends our side, then reads and drops what
 * the client still sends until it closes too. Closing with bytes unread would reset the connection, and a reset may
 * reach the client before the reply does: many clients, browsers among them, look for a reply only when their body is
 * sent. At a limit the socket is destroyed; beyond `bytes` nothing is read any more, and that counts as idle, since the
 * reply may be on its way still.
 *
 * Takes the socket over: its `data` listeners are removed.
 */
export function lingerClose(
  socket: Socket,
  { bytes = 64 * 1024 * 1024, idle = 1000, total = 30_000 }: LingerLimits = {},
): void {
  if (socket.destroyed) return
  let left = bytes
  const timers = [idle, total].map((ms) => setTimeout(() => socket.destroy(), ms))
  socket.once('close', () => timers.forEach(clearTimeout))
  socket.removeAllListeners('data')
  socket.on('data', (chunk: Uint8Array) => {
    left -= chunk.length
    if (left < 0) socket.pause()
    else timers[0]?.refresh()
  })
  if (!socket.writableEnded) socket.end()
  socket.resume()
}
