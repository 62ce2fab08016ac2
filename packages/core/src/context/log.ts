/** Writes one record: a message, fields with a message, or an error with a message. */
export interface LogMethod {
  (message: string): void
  (fields: object, message?: string): void
}

/** A log to write to from handlers; records carry the request's id. A logger of `pino` is one too. */
export interface Log {
  readonly trace: LogMethod
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  readonly fatal: LogMethod
  /** A log whose records carry these fields too. */
  child(fields: object): Log
}
