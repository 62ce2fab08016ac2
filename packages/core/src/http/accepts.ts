import Negotiator from 'negotiator'
import { readPreferences } from './preferences.ts'
import type { Request } from './request.ts'

/**
 * The one of `types` that the client likes best by its `Accept` header (RFC 9110 section 12.5.1); of equals, the first.
 * Undefined when it takes none of them. Of a field beyond 1,024 characters only the first ones count.
 */
export function accepts<const T extends string>(request: Request, types: readonly T[]): T | undefined {
  const accept = readPreferences(request.headers.get('accept'))
  if (accept === undefined) return types[0]
  return new Negotiator({ headers: { accept } }).mediaType([...types]) as T | undefined
}
