/** How a request ended; handed to every `onSettled` listener exactly once. */
export interface Outcome {
  /** Status of the reply; 0 when the client was gone before there was one. */
  readonly status: number
  /** Bytes of the reply's body handed to the operating system, without framing. */
  readonly bytesSent: number
  /** True when the client left, or was cut off, before the last byte. */
  readonly aborted: boolean
  /** Why the reply broke off, or the error that became the reply. */
  readonly error: unknown
}
