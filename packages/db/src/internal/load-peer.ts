import { createRequire } from 'node:module'
import { DbError } from '../errors.ts'

const load = createRequire(import.meta.url)

/**
 * Loads an optional package when what needs it is set up. Synchronous, so that a missing one is an error in the line that
 * asks for it. Throws `ZZZ_DB_PEER_MISSING`, naming the command that installs the package.
 */
export function loadPeer<T>(feature: string, name: string): T {
  try {
    return load(name) as T
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message?: unknown }
    if (code !== 'MODULE_NOT_FOUND' || !String(message).includes(`'${name}'`)) throw cause
    throw new DbError(
      'ZZZ_DB_PEER_MISSING',
      `${feature} needs the package ${name}, which is not installed: npm install ${name}`,
      { cause },
    )
  }
}
