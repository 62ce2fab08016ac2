import type { HeaderList } from '../../http/header-list.ts'

/** What a client says in its `Authorization` header, for the scheme that is asked about. */
export type Credentials =
  | { readonly kind: 'none' }
  /** More than one header, or one that is no `scheme credentials`. */
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'given'; readonly value: string }

const none: Credentials = { kind: 'none' }
const twice: Credentials = { kind: 'malformed', why: 'There are two Authorization headers' }
const broken: Credentials = { kind: 'malformed', why: 'The Authorization header has no valid credentials' }

/** One space or more, then credentials in token68 form (RFC 9110 section 11.4). */
const token68 = /^ +[A-Za-z0-9\-._~+/]+=*$/

/**
 * Reads the credentials of one scheme, given in lower case; another scheme counts as none (RFC 6750 section 3.1). The
 * name of the scheme is case-insensitive.
 */
export function readCredentials(headers: HeaderList, scheme: string): Credentials {
  const lines = headers.getAll('authorization')
  const line = lines[0]
  if (line === undefined || line === '') return none
  if (lines.length > 1) return twice
  const { length } = scheme
  if (line.slice(0, length).toLowerCase() !== scheme) return none
  const rest = line.slice(length)
  if (rest !== '' && rest[0] !== ' ') return none
  return token68.test(rest) ? { kind: 'given', value: rest.trimStart() } : broken
}
