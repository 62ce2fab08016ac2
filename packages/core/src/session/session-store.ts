/** A session as a store keeps it. */
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

/**
 * Where sessions are kept on the server. Ids are hashes of what browsers have, so what leaks from a store opens no
 * session.
 *
 * Several requests of one session run at once: `update` changes the names that it is given and leaves all others, as one
 * step. Methods reject when the store cannot be reached.
 */
export interface SessionStore {
  /** The session of an id; undefined when there is none, or it has expired. */
  load(id: string): Promise<StoredSession | undefined>
  /** Keeps a new session until it expires. */
  create(id: string, session: StoredSession): Promise<void>
  /** Changes a session. False when there is none (any more): a session that has ended must not come back. */
  update(id: string, change: SessionChange): Promise<boolean>
  /** Ends a session, if there is one. */
  destroy(id: string): Promise<void>
}
