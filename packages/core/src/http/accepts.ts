import Negotiator from 'negotiator'
import type { Request } from './request.ts'

/**
 * The one of `types` that the client likes best by its `Accept` header (RFC 9110 section 12.5.1); of equals, the first.
 * Undefined when it takes none of them.
 */
export function accepts<const T extends string>(request: Request, types: readonly T[]): T | undefined {
  const accept = request.headers.get('accept')
  if (accept === undefined) return types[0]
  return new Negotiator({ headers: { accept } }).mediaType([...types]) as T | undefined
}
