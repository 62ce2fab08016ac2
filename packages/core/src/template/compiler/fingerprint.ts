import { createHash } from 'node:crypto'

/** A short name of static text, the same in every process. */
export function fingerprintOf(statics: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(statics)).digest('base64url').slice(0, 12)
}
