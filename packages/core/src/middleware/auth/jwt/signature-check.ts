import type { MaybePromise } from '../../../internal/maybe-promise.ts'
import type { Outcome, Token } from './token.ts'

/**
 * Tells whether a token was signed with one of the keys. Rejects when that cannot be told, because a server of keys does
 * not answer.
 */
export interface SignatureCheck {
  /** The algorithms that go with the keys, and are allowed. */
  readonly algorithms: readonly string[]
  verify(token: Token): MaybePromise<Outcome<true>>
}
