import type { Socket } from 'node:net'
import type { Upgrade } from '../../../http/upgrade.ts'
import type { Framing } from './head-framing.ts'

/** True when the client offered to upgrade to this protocol (RFC 9110 section 7.8). */
export function offers(framing: Framing, { protocol }: Upgrade): boolean {
  const offered = framing.upgrade?.split(',') ?? []
  return offered.some((offer) => offer.trim() === protocol.toLowerCase())
}

/** Gives a socket that nobody listens to any more to its new owner, with the bytes that came behind the head. */
export function handOver(
  socket: Socket,
  upgrade: Upgrade,
  head: Uint8Array,
  onError: (error: unknown) => void,
): void {
  // Whoever listens for data from here on starts the flow, as after node:http's `upgrade` event.
  Object.assign(socket, { readableFlowing: null })
  try {
    upgrade.accept(socket, head)
  } catch (error) {
    onError(error)
    socket.destroy()
  }
}
