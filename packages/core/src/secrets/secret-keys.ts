import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ZzzError } from '../errors.ts'
import { cacheFolder } from '../internal/cache-folder.ts'
import { reportError } from '../internal/report.ts'

/** One key, or several: the first makes tokens, all read them. */
export type SecretKeyBase = string | readonly string[]

/** The keys that all others are derived from. */
export interface SecretKeys {
  /** Throws `ZZZ_SECRET_KEY` when there are none, naming who needs them. */
  require(user: string): void
  /** All keys, the one that makes tokens first. Throws as `require` does. */
  all(user: string): readonly string[]
}

/** What `secretKeys` has to know. */
export interface SecretKeysOptions {
  readonly secretKeyBase: SecretKeyBase | undefined
  readonly environment: string
  /** Where the key of development is kept. Default: `zzz` in the user's folder for caches. */
  readonly folder?: string | undefined
}

const leastBytes = 32
const recipe = `node -p "crypto.randomBytes(48).toString('base64url')"`

/**
 * The keys of an application. Without a `secretKeyBase`, development and test have one that is made when it is first
 * asked for and kept in the user's cache, so that cookies outlive a restart and hold in every worker; any other
 * environment has none. Throws `ZZZ_SECRET_KEY` for a key that is too short.
 */
export function secretKeys(options: SecretKeysOptions): SecretKeys {
  const { secretKeyBase, environment, folder = cacheFolder() } = options
  if (secretKeyBase !== undefined) {
    const keys = checkKeys(secretKeyBase)
    return { require: () => {}, all: () => keys }
  }
  let made: readonly string[] | undefined
  function require(user: string): void {
    if (environment === 'development' || environment === 'test') return
    throw new ZzzError(
      'ZZZ_SECRET_KEY',
      `${user} needs a secret: createApp({ secretKeyBase: process.env.SECRET_KEY_BASE }). Make one with: ${recipe}`,
    )
  }
  return {
    require,
    all(user) {
      require(user)
      // The folder makes it differ from application to application, since a host's cookies reach all of its ports.
      made ??= [`${developmentKey(folder)} ${process.cwd()}`]
      return made
    },
  }
}

function checkKeys(secretKeyBase: SecretKeyBase): readonly string[] {
  const keys = typeof secretKeyBase === 'string' ? [secretKeyBase] : [...secretKeyBase]
  const short = keys.findIndex((key) => typeof key !== 'string' || Buffer.byteLength(key) < leastBytes)
  if (keys.length > 0 && short === -1) return keys
  const which = keys.length > 1 ? `number ${short + 1} of them is` : 'it is'
  throw new ZzzError(
    'ZZZ_SECRET_KEY',
    `createApp: option "secretKeyBase" takes secrets of at least ${leastBytes} bytes, and ${which} shorter. ` +
      `Make one with: ${recipe}`,
  )
}

function developmentKey(folder: string): string {
  const file = join(folder, 'development-secret')
  try {
    return readKey(file) ?? makeKey(folder, file)
  } catch (error) {
    reportError(
      error,
      `Cannot keep the secret for development in ${file}, so every process makes its own and cookies end with it`,
    )
    return newKey()
  }
}

/** The key that is kept, if one is. */
function readKey(file: string): string | undefined {
  try {
    const key = readFileSync(file, 'latin1')
    if (key.length < leastBytes) throw new Error(`${file} is damaged; remove it`)
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Of several workers that make one at the same time, the first has its linked into place, and the others take that. */
function makeKey(folder: string, file: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = newKey()
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, key, { mode: 0o600, flag: 'wx' })
    linkSync(draft, file)
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readKey(file) ?? key
  } finally {
    rmSync(draft, { force: true })
  }
}

function newKey(): string {
  return randomBytes(48).toString('base64url')
}
