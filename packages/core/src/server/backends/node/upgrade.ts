import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ZzzError } from '../../../errors.ts'
import type { Reply } from '../../../http/reply.ts'
import type { HttpVersion } from '../../../http/request.ts'
import type { Upgrade } from '../../../http/upgrade.ts'
import { faultReply } from '../zzz/fault-reply.ts'

/** A socket that node:http let go of, with a response to answer on as long as it stays HTTP. */
export interface TakenSocket {
  readonly socket: Socket
  /** What came behind the request's head. */
  readonly head: Buffer
  readonly response: ServerResponse
  /** Puts the bytes that came behind the head back, for a parser to read. */
  release(): void
}

/** Wraps what an `upgrade` or `connect` event brings. */
export function takeSocket(message: IncomingMessage, socket: Socket, head: Buffer): TakenSocket {
  const response = new ServerResponse(message)
  const drain = (): void => void response.emit('drain')
  socket.on('drain', drain)
  response.assignSocket(socket)
  return {
    socket,
    head,
    response,
    release() {
      socket.off('drain', drain)
      response.detachSocket(socket)
      if (head.length > 0) socket.unshift(head)
    },
  }
}

/** Writes the 101 head and hands the connection over (RFC 9110 section 7.8). */
export function acceptUpgrade(
  { socket, head, response }: TakenSocket,
  reply: Reply,
  upgrade: Upgrade,
  onError: (error: unknown) => void,
): void {
  response.detachSocket(socket)
  socket.write(switchingHead(reply, upgrade), 'latin1')
  try {
    upgrade.accept(socket, head)
  } catch (error) {
    onError(error)
    socket.destroy()
  }
  // Whoever listens to `data` resumes it without knowing that it was paused for the answer.
  if (!socket.destroyed && socket.listenerCount('data') > 0) socket.resume()
}

/**
 * The reply that stands for an upgrade which the client did not ask for. HTTP/2 has none (RFC 9113 section 8.6); browsers
 * open another connection for a WebSocket.
 */
export function withoutUpgrade({ protocol }: Upgrade, version: HttpVersion): Reply {
  if (version === '2.0')
    return faultReply(501, new ZzzError('ZZZ_UPGRADE_UNSUPPORTED', `Ask for ${protocol} over HTTP/1.1`))
  return faultReply(426, new ZzzError('ZZZ_UPGRADE_REQUIRED', `Ask for Upgrade: ${protocol} (RFC 9110 7.8)`))
}

function switchingHead(reply: Reply, upgrade: Upgrade): string {
  let text = 'HTTP/1.1 101 Switching Protocols\r\n'
  for (const [name, value] of reply.headers) {
    if (name !== 'connection' && name !== 'upgrade' && name !== 'content-length')
      text += `${name}: ${value}\r\n`
  }
  return `${text}date: ${new Date().toUTCString()}\r\nconnection: upgrade\r\nupgrade: ${upgrade.protocol}\r\n\r\n`
}
