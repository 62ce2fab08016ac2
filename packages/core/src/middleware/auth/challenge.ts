import { ZzzError } from '../../errors.ts'
import type { Rule } from '../../internal/options.ts'

/** Parameters of a challenge, in the order of the header. */
export type ChallengeParameters = Readonly<Record<string, string | undefined>>

/**
 * A value of `WWW-Authenticate` (RFC 9110 section 11.6.1).
 *
 * ```ts
 * challenge('Bearer', { realm: 'api', error: 'invalid_token' })   // 'Bearer realm="api", error="invalid_token"'
 * ```
 */
export function challenge(scheme: string, parameters: ChallengeParameters): string {
  const list = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replace(/["\\]/g, '\\$&')}"`],
  )
  return list.length === 0 ? scheme : `${scheme} ${list.join(', ')}`
}

/** The rule of a realm: what can stand in a quoted string. */
export const realmRule: Rule = [
  'a text of printable ASCII characters',
  (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value),
]

/** The 401 of a request without credentials, or with ones that are refused. */
export function unauthenticated(header: string, message: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_UNAUTHENTICATED', message, { headers: { 'www-authenticate': header }, cause })
}

/** The 400 of a request whose credentials cannot be read. */
export function malformedCredentials(header: string, message: string): ZzzError {
  return new ZzzError('ZZZ_CREDENTIALS_MALFORMED', message, { headers: { 'www-authenticate': header } })
}
