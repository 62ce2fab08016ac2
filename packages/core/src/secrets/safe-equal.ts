import { hash, timingSafeEqual } from 'node:crypto'

/**
 * Compares a text with a secret in a time that tells nothing about either, their lengths included. For tokens and keys in
 * `verify` functions; passwords of people belong into a slow hash.
 *
 * ```ts
 * bearerAuth({ verify: (token) => safeEqual(token, env.API_KEY) && { name: 'deploy' } })
 * ```
 */
export function safeEqual(given: string, secret: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', secret, 'buffer'))
}
