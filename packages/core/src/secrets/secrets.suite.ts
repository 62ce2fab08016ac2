import type { Clock } from '../clock.ts'
import { type SecretKeyBase, secretKeys } from './secret-keys.ts'
import { createSecrets, type Secrets } from './secrets.ts'

/** A key for tests. */
export const testKey: string = 'a key for tests, that nobody needs to guess'

/** Secrets for tests, of a key that everybody knows. */
export function testSecrets(secretKeyBase: SecretKeyBase = testKey, clock?: Clock): Secrets {
  return createSecrets({ keys: secretKeys({ secretKeyBase, environment: 'test' }), clock })
}
