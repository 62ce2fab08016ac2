/** A session as it is kept. */
export interface StoredSession {
  /** Each value by name, as JSON text. */
  readonly values: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Milliseconds since the epoch; from then on it is gone. */
  readonly expiresAt: number
}

/** What one request changed in a session. */
export interface SessionChange {
  /** New and changed values by name, as JSON text. */
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
  /** Milliseconds since the epoch. The later one counts of this and what the session has. */
  readonly expiresAt: number
}
