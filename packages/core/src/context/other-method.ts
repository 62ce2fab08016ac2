import { ZzzError } from '../errors.ts'
import { Reply } from '../http/reply.ts'
import type { Context } from './context.ts'

/**
 * The answer to a method that a path is not for: to OPTIONS 204 with `Allow`, which has what the path takes (RFC 9110
 * section 9.3.7). Throws `ZZZ_METHOD_NOT_ALLOWED` (405) for any other.
 */
export function otherMethod({ method, path }: Context, allow: string): Reply {
  if (method === 'OPTIONS') return new Reply(204, null).header('allow', allow)
  throw new ZzzError('ZZZ_METHOD_NOT_ALLOWED', `${path} does not take ${method}, only ${allow}`, {
    headers: { allow },
  })
}

/** What a path takes that is there to be read. */
export const readOnly = 'GET, HEAD, OPTIONS'
