import { createPublicKey, type JsonWebKeyInput, KeyObject, type webcrypto } from 'node:crypto'
import type { Clock } from '../../../clock.ts'
import { ZzzError } from '../../../errors.ts'
import { loadPeer } from '../../../internal/load-peer.ts'
import { messageOf } from '../../../internal/message-of.ts'
import { describe } from '../../../internal/options.ts'
import { hmacAlgorithms, hmacSignature } from './hmac-signature.ts'
import { type FindKeys, publicKeySignature, type VerifyKey } from './public-key-signature.ts'
import { remoteKeys } from './remote-keys.ts'
import type { SignatureCheck } from './signature-check.ts'
import { type Outcome, refuse, type Token } from './token.ts'

type JsonWebKey = webcrypto.JsonWebKey

/** A JSON Web Key Set (RFC 7517 section 5). */
export interface JsonWebKeySet {
  readonly keys: readonly JsonWebKey[]
}

/** The keys that tokens are checked with: exactly one of the three. */
export interface KeyOptions {
  /** The secret that is shared with the issuer; of several, any may have signed. Default: none. */
  secret?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** The issuer's public key: PEM, JSON Web Key, or a `KeyObject`. Default: none. */
  publicKey?: string | JsonWebKey | KeyObject | undefined
  /** The issuer's public keys: the URL of a JSON Web Key Set (HTTPS, or HTTP on this machine), or one. Default: none. */
  jwks?: string | URL | JsonWebKeySet | undefined
  /**
   * The algorithms that are allowed. Default: HS256 for a secret, the one of the key's kind for a public key (RSA: RS256),
   * and all that use public keys for a set, where each key is good for its own alone.
   */
  algorithms?: readonly string[] | undefined
}

const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const curves: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}
const edwardsAlgorithms = ['EdDSA', 'Ed25519']
const publicAlgorithms = [...rsaAlgorithms, ...Object.values(curves), ...edwardsAlgorithms]

/**
 * Makes the check of signatures. Keys and algorithms have to go together, so that no token can have a public key taken
 * for a secret (RFC 8725 section 2.1). Throws `ZZZ_OPTION_INVALID`, and `ZZZ_PEER_MISSING` where jose is needed.
 */
export function signatureCheck(options: KeyOptions, clock: Clock): SignatureCheck {
  const { secret, publicKey, jwks } = options
  const given = [secret, publicKey, jwks].filter((one) => one !== undefined)
  if (given.length !== 1) throw refused(wrongKeys(options))
  if (secret !== undefined) return secretCheck(secret, options.algorithms)
  const jose = loadPeer<typeof import('jose')>('jwtAuth', 'jose')
  if (publicKey !== undefined) {
    const key = toKey(publicKey)
    const possible = algorithmsOf(key)
    const named = (publicKey as { readonly alg?: unknown }).alg
    const usual = typeof named === 'string' ? [named] : key.asymmetricKeyType === 'rsa' ? ['RS256'] : possible
    const algorithms = checkAlgorithms(options.algorithms ?? usual, possible)
    return publicKeySignature(jose, algorithms, async () => found([key]))
  }
  const algorithms = checkAlgorithms(options.algorithms ?? publicAlgorithms, publicAlgorithms)
  if (typeof jwks === 'string' || jwks instanceof URL)
    return remoteCheck(jose, toUrl(jwks), algorithms, clock)
  const set = readSet(jose, jwks)
  return publicKeySignature(jose, algorithms, (token) => keysIn(jose, set, token))
}

function wrongKeys(options: KeyOptions): string {
  const names = ['secret', 'publicKey', 'jwks'] as const
  const empty = names.find((name) => name in options && options[name] === undefined)
  const fault = 'exactly one of the options "secret", "publicKey" and "jwks" is needed'
  return empty === undefined ? fault : `${fault}; "${empty}" was given as undefined: is a variable missing?`
}

/** The length of the shortest secret, and what its algorithms ask for; undefined when there is enough, or no secret. */
export function shortSecret({
  secret,
  algorithms = ['HS256'],
}: KeyOptions): { bytes: number; needed: number } | undefined {
  if (secret === undefined) return undefined
  const needed = Math.max(...algorithms.map((name) => hmacAlgorithms[name]?.bytes ?? 0))
  const bytes = Math.min(...toList(secret).map((one) => Buffer.byteLength(one)))
  return bytes < needed ? { bytes, needed } : undefined
}

function secretCheck(
  secret: NonNullable<KeyOptions['secret']>,
  algorithms: readonly string[] = ['HS256'],
): SignatureCheck {
  const secrets = toList(secret)
  if (secrets.length === 0) throw refused('option "secret" is an empty list')
  for (const one of secrets) {
    if (one.length === 0) throw refused('option "secret" is empty')
    if (typeof one === 'string' && one.includes('-----BEGIN')) {
      throw refused('option "secret" holds a key in PEM; hand a public key over as "publicKey"')
    }
  }
  return hmacSignature(secrets, checkAlgorithms(algorithms, Object.keys(hmacAlgorithms)))
}

function remoteCheck(
  jose: typeof import('jose'),
  url: URL,
  algorithms: readonly string[],
  clock: Clock,
): SignatureCheck {
  const keys = remoteKeys({
    url,
    clock,
    read: (json) => readSet(jose, json),
    onChange: () => check.forget(),
  })
  const findKeys: FindKeys = async (token) => {
    const outcome = await keysIn(jose, await keys.current(), token)
    if (outcome.ok) return outcome
    const renewed = await keys.renewed()
    return renewed === undefined ? outcome : keysIn(jose, renewed, token)
  }
  const check = publicKeySignature(jose, algorithms, findKeys)
  return check
}

type KeySet = ReturnType<typeof import('jose')['createLocalJWKSet']>

function readSet({ createLocalJWKSet }: typeof import('jose'), json: unknown): KeySet {
  return createLocalJWKSet(json as Parameters<typeof createLocalJWKSet>[0])
}

/** The keys of a set that may have signed a token: those of its `kid`, its algorithm and for signatures. */
async function keysIn({ errors }: typeof import('jose'), set: KeySet, token: Token): ReturnType<FindKeys> {
  try {
    const { alg, kid } = token.header
    return found([await set(kid === undefined ? { alg } : { alg, kid })])
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return found(error)
    return refuse('The token is signed with a key that is not known', error)
  }
}

function found<T extends Iterable<VerifyKey> | AsyncIterable<VerifyKey>>(value: T): Outcome<T> {
  return { ok: true, value }
}

function toKey(given: NonNullable<KeyOptions['publicKey']>): KeyObject {
  try {
    const key = given instanceof KeyObject ? given : createPublicKey(toKeyInput(given))
    if (key.type === 'public') return key
    throw new Error(`it is a ${key.type} key`)
  } catch (cause) {
    throw refused(
      `option "publicKey" is no public key in PEM, JSON Web Key or KeyObject: ${messageOf(cause)}`,
    )
  }
}

function toKeyInput(given: string | JsonWebKey): string | JsonWebKeyInput {
  return typeof given === 'string' ? given : { key: given, format: 'jwk' }
}

/** The algorithms that a key can be used with. */
function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  if (asymmetricKeyType === 'rsa') {
    const bits = asymmetricKeyDetails?.modulusLength ?? 0
    if (bits < 2048) throw refused(`option "publicKey" is an RSA key of ${bits} bits; 2048 are the least`)
    return rsaAlgorithms
  }
  const curve = curves[asymmetricKeyDetails?.namedCurve ?? '']
  if (asymmetricKeyType === 'ec' && curve !== undefined) return [curve]
  if (asymmetricKeyType === 'ed25519') return edwardsAlgorithms
  throw refused(`option "publicKey" is of a kind that signs no tokens (${asymmetricKeyType})`)
}

function checkAlgorithms(algorithms: readonly string[], possible: readonly string[]): readonly string[] {
  const stranger = algorithms.find((name) => !possible.includes(name))
  if (stranger === undefined && algorithms.length > 0) return algorithms
  throw refused(
    `option "algorithms" has to be a list out of ${possible.join(', ')}, which go with the key; got ${describe(stranger ?? algorithms)}`,
  )
}

function toUrl(given: string | URL): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  const local = url !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && local)) return url
  throw refused(
    `option "jwks" has to be a URL of HTTPS (or HTTP on this machine), or whoever is in between makes the keys; got ${describe(String(given))}`,
  )
}

function toList(secret: NonNullable<KeyOptions['secret']>): readonly (string | Uint8Array)[] {
  return typeof secret === 'string' || secret instanceof Uint8Array ? [secret] : secret
}

function refused(why: string): ZzzError {
  return new ZzzError('ZZZ_OPTION_INVALID', `jwtAuth: ${why}`)
}
