import { createRequire } from 'node:module'
import { ZzzError } from '../errors.ts'

const load = createRequire(import.meta.url)

/**
 * Loads an optional package when the feature that needs it is set up. Synchronous, so that a missing one is an error in
 * the line that asks for the feature. `T` is what `require` gives: `typeof import('pino')`.
 *
 * Throws `ZZZ_PEER_MISSING`, naming the feature and the command that installs the package.
 *
 * ```ts
 * const { jwtVerify } = loadPeer<typeof import('jose')>('jwtAuth', 'jose')
 * ```
 */
export function loadPeer<T>(feature: string, name: string): T {
  try {
    return load(name) as T
  } catch (cause) {
    if (!isAbsent(cause, name)) throw cause
    throw new ZzzError(
      'ZZZ_PEER_MISSING',
      `${feature} needs the package ${name}, which is not installed: npm install ${name}`,
      { cause },
    )
  }
}

/** Whether the package itself is absent, rather than something that it loads. */
function isAbsent(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return code === 'MODULE_NOT_FOUND' && typeof message === 'string' && message.includes(`'${name}'`)
}
