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

/** True for an error that somebody has to look into: not for what clients do, nor for statuses that a handler chose. */
export function isFault({ status, error }: Outcome): boolean {
  if (error === undefined) return false
  const { code } = (error ?? {}) as { code?: unknown }
  return (
    code !== 'ZZZ_CLIENT_DISCONNECTED' &&
    code !== 'ZZZ_METHOD_UNKNOWN' &&
    (status >= 500 || status === 0 || status < 400)
  )
}
