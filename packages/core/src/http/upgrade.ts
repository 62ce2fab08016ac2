import type { Duplex } from 'node:stream'

/**
 * A reply body that takes the connection over (RFC 9110 section 7.8). The server writes the 101 head with the reply's
 * headers, then hands over the stream; middleware has run on it like on any other reply, and neither the app nor the
 * server knows the protocol.
 */
export interface Upgrade {
  readonly kind: 'upgrade'
  /** The value of the `Upgrade` header, for instance `websocket`. */
  readonly protocol: string
  /**
   * Called once after the 101 head was written. `head` holds the bytes that came behind the request's head. The callee
   * owns the stream from here on: errors, time-outs, end.
   */
  accept(stream: Duplex, head: Uint8Array): void
}
