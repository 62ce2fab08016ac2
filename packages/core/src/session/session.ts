import { type AssignKey, assign } from '../context/assign.ts'
import type { SessionValue } from './session-value.ts'

/**
 * What the application keeps for one visitor from request to request. It begins when the first value is set: a visitor
 * for whom nothing is kept has no session and no cookie.
 */
export interface Session {
  /**
   * Its name, for logs and lists of sign-ins: whoever knows it has nothing, since the browser's cookie holds another
   * secret. A session that nothing was set in yet has the id it would get.
   */
  readonly id: string
  /** A value, which is frozen: change it by setting another. */
  get<T>(key: SessionValue<T>): Readonly<T> | undefined
  /**
   * Sets a value. Throws `ZZZ_SESSION_VALUE` for what JSON would lose, and `ZZZ_SESSION_CLOSED` once the reply is on its
   * way.
   */
  set<T>(key: SessionValue<T>, value: T): void
  /** Removes a value. Throws `ZZZ_SESSION_CLOSED` as `set` does, like all that follow. */
  delete<T>(key: SessionValue<T>): void
  /** Removes every value; the session itself remains. */
  clear(): void
  /**
   * Goes on under a new id, and the old one is worth nothing. Call it whenever the visitor becomes someone else: at login
   * above all, so that nobody who planted or saw the old id is logged in too.
   */
  regenerate(): void
  /** Ends the session, for logout. What is set afterwards begins another. */
  destroy(): void
}

/** The key of the request's session, set by the middleware `session`: `ctx.get(sessionKey)`. */
export const sessionKey: AssignKey<Session> = assign('session', 'session()')
