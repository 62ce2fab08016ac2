/** Time-outs of a server in milliseconds; `Infinity` switches one off. They are kept to about a tenth of themselves. */
export interface Timeouts {
  /** From the first byte of a head (or the opening of the connection) to its last: 408. Default 15,000. */
  readonly header: number
  /** Without progress while a body is being read: 408. Each 250 bytes that arrive add a second. Default 30,000. */
  readonly body: number
  /** From a request that has wholly arrived to its reply: 503, and `signal` aborts. Default 120,000. */
  readonly handler: number
  /** Without progress while the client should be taking bytes: the connection is destroyed. Default 30,000. */
  readonly write: number
  /** An idle connection between two requests is closed. Default 65,000: longer than the usual proxy's 60 seconds. */
  readonly keepAlive: number
}

export const defaultTimeouts: Timeouts = {
  header: 15000,
  body: 30000,
  handler: 120000,
  write: 30000,
  keepAlive: 65000,
}
