/** Limits of a server. Each refuses what goes beyond it with the status named; `Infinity` switches one off. */
export interface Limits {
  /** Bytes of the request line: 414. Default 8,192. */
  readonly requestLine: number
  /** Bytes of the header block, request line not counted; of the trailers too: 431. Default 16,384. */
  readonly headerBytes: number
  /** Header lines, trailer lines too: 431. Default 100. */
  readonly headerCount: number
  /** Bytes of a request body, streamed or not: 413. Default Infinity; reads that buffer have their own, 1 MiB. */
  readonly body: number
  /** Bytes of an unread body that are drained to keep a connection open after the reply. Default 262,144. */
  readonly drain: number
  /** Requests on one connection before it is closed. Default Infinity. */
  readonly requestsPerConnection: number
  /** Requests at once on one HTTP/2 connection; further ones are refused, and the client may repeat them. Default 100. */
  readonly streams: number
  /** Connections served at once; further ones wait, unread, until one closes. Default 10,000. */
  readonly connections: number
  /** Connections that may wait; one more is answered 503 and closed, with a warning. Default 1,000. */
  readonly waiting: number
}

export const defaultLimits: Limits = {
  requestLine: 8192,
  headerBytes: 16384,
  headerCount: 100,
  body: Number.POSITIVE_INFINITY,
  drain: 262144,
  requestsPerConnection: Number.POSITIVE_INFINITY,
  streams: 100,
  connections: 10000,
  waiting: 1000,
}
