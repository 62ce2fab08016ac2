import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type Clock, systemClock } from '../clock.ts'
import { createRecent } from '../internal/recent.ts'
import { createNonces } from './nonces.ts'
import type { SecretKeys } from './secret-keys.ts'
import { isValid, validityLength, writeValidity } from './validity.ts'
import { createXaes, nonceLength, tagLength, type Xaes } from './xaes.ts'

/** Options of making and reading a token. */
export interface TokenOptions {
  /** Seconds. Where a token is made: how long it holds. Where it is read: how old it may be at most. Default: no end. */
  maxAge?: number | undefined
}

/**
 * Makes and reads tokens that only this application can have made. Every `purpose` has keys of its own, so a token made
 * for one is worth nothing for another: give each use a fixed name (`password-reset`), never one that a client chose.
 *
 * Tokens are base64url. What was changed, cut, made for another purpose, or has expired reads as undefined.
 */
export interface Secrets {
  /**
   * A token that shows its text to anyone and cannot be changed (HMAC-SHA256). Throws `ZZZ_SECRET_KEY` without a
   * `secretKeyBase`.
   */
  sign(purpose: string, text: string, options?: TokenOptions): string
  /** The text of a signed token, or undefined. */
  verify(purpose: string, token: string, options?: TokenOptions): string | undefined
  /** A token that hides its text and cannot be changed (XAES-256-GCM). Throws as `sign` does. */
  encrypt(purpose: string, text: string, options?: TokenOptions): string
  /** The text of an encrypted token, or undefined. */
  decrypt(purpose: string, token: string, options?: TokenOptions): string | undefined
  /** Throws `ZZZ_SECRET_KEY` without a `secretKeyBase`, naming `user`; for what cannot do without, at start. */
  require(user: string): void
}

/** Options of `createSecrets`. */
export interface SecretsOptions {
  readonly keys: SecretKeys
  /** What tokens expire by. Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** The first byte of a token: what it is and how it is made. */
const signed = 1
const encrypted = 2
const encryptedMark = Uint8Array.of(encrypted)
const macLength = 32
/** Purposes whose keys are kept at least; more means that they are not the fixed names they should be. */
const purposes = 500

/** Makes the tokens of an application; `ctx.app.secrets`. */
export function createSecrets({ keys, clock = systemClock }: SecretsOptions): Secrets {
  const signers = keyRings('sign', keys, createSecretKey)
  const sealers = keyRings('encrypt', keys, createXaes)
  const nextNonce = createNonces(nonceLength)

  return {
    require: keys.require,

    sign(purpose, text, options = {}) {
      const head = 1 + validityLength
      const length = head + Buffer.byteLength(text)
      const token = Buffer.allocUnsafe(length + macLength)
      token[0] = signed
      writeValidity(token, 1, options.maxAge, clock)
      token.write(text, head)
      token.set(mac(signers(purpose)[0] as KeyObject, token.subarray(0, length)), length)
      return token.toString('base64url')
    },

    verify(purpose, token, options = {}) {
      const ring = signers(purpose)
      const bytes = decode(token, signed, 1 + validityLength + macLength)
      if (bytes === undefined) return undefined
      const content = bytes.subarray(0, bytes.length - macLength)
      const given = bytes.subarray(bytes.length - macLength)
      if (!ring.some((key) => timingSafeEqual(mac(key, content), given))) return undefined
      if (!isValid(content, 1, options.maxAge, clock)) return undefined
      return content.toString('utf8', 1 + validityLength)
    },

    encrypt(purpose, text, options = {}) {
      const message = Buffer.allocUnsafe(validityLength + Buffer.byteLength(text))
      writeValidity(message, 0, options.maxAge, clock)
      message.write(text, validityLength)
      const nonce = nextNonce()
      const sealed = (sealers(purpose)[0] as Xaes).seal(nonce, message)
      return Buffer.concat([encryptedMark, nonce, sealed]).toString('base64url')
    },

    decrypt(purpose, token, options = {}) {
      const ring = sealers(purpose)
      const bytes = decode(token, encrypted, 1 + nonceLength + validityLength + tagLength)
      if (bytes === undefined) return undefined
      const nonce = bytes.subarray(1, 1 + nonceLength)
      const sealed = bytes.subarray(1 + nonceLength)
      for (const xaes of ring) {
        const message = xaes.open(nonce, sealed)
        if (message === undefined) continue
        return isValid(message, 0, options.maxAge, clock)
          ? message.toString('utf8', validityLength)
          : undefined
      }
      return undefined
    },
  }
}

/** The keys of each purpose, derived once (HKDF-SHA256, RFC 5869): that of the first base first. */
function keyRings<Key>(
  use: 'sign' | 'encrypt',
  keys: SecretKeys,
  toKey: (key: Buffer) => Key,
): (purpose: string) => readonly Key[] {
  const rings = createRecent<readonly Key[]>(purposes)
  return (purpose) => {
    const kept = rings.get(purpose)
    if (kept !== undefined) return kept
    const ring = keys
      .all(`secrets.${use} for ${JSON.stringify(purpose)}`)
      .map((base) => toKey(Buffer.from(hkdfSync('sha256', base, '', `zzz 1 ${use} ${purpose}`, 32))))
    rings.set(purpose, ring)
    return ring
  }
}

function mac(key: KeyObject, content: Uint8Array): Buffer {
  return createHmac('sha256', key).update(content).digest()
}

/** The bytes of a token of this kind; undefined for another, and for any but the one way to write these bytes. */
function decode(token: string, kind: number, least: number): Buffer | undefined {
  if (typeof token !== 'string') return undefined
  const bytes = Buffer.from(token, 'base64url')
  const sound = bytes.length >= least && bytes[0] === kind && bytes.toString('base64url') === token
  return sound ? bytes : undefined
}
