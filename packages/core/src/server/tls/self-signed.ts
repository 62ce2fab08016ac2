import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { checkOptions } from '../../internal/options.ts'
import { bits, explicit, implicit, integer, objectId, octets, sequence, set, time, utf8, yes } from './der.ts'
import { isHostName } from './tls-options.ts'

/** Options of `selfSignedCertificate`. */
export interface SelfSignedOptions {
  /** Host names, wildcards and addresses. Default `localhost`, `127.0.0.1`, `::1`. */
  names?: readonly string[] | undefined
  /** Default: an hour ago, for clocks that differ. */
  validFrom?: Date | undefined
  /** Days from `validFrom` on. Default 90. */
  days?: number | undefined
}

/** A certificate and its private key, as PEM text. */
export interface SelfSigned {
  readonly cert: string
  readonly key: string
}

const optionRules = {
  names: ['a list of host names and addresses', isSubjects],
  validFrom: ['a date', (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime())],
  days: ['a positive number', (value: unknown) => typeof value === 'number' && value > 0 && value < 36500],
} as const

const hour = 3_600_000
const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'))
const commonName = objectId('2.5.4.3')

/**
 * Makes a certificate that is signed by itself, with a new P-256 key; for tests and development. A client accepts it
 * when it is told to trust this very certificate: it is no authority and can sign no other one. Throws
 * `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const { cert, key } = selfSignedCertificate({ names: ['example.test', '*.example.test'] })
 * ```
 */
export function selfSignedCertificate(options: SelfSignedOptions = {}): SelfSigned {
  checkOptions('selfSignedCertificate', options, optionRules)
  const { names = ['localhost', '127.0.0.1', '::1'], days = 90 } = options
  const validFrom = options.validFrom ?? new Date(Date.now() - hour)
  const validTo = new Date(validFrom.getTime() + days * 24 * hour)
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const body = toBeSigned(names, publicKey, validFrom, validTo)
  const certificate = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)))
  return {
    cert: toPem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

/** `TBSCertificate`, RFC 5280 section 4.1. */
function toBeSigned(names: readonly string[], publicKey: KeyObject, validFrom: Date, validTo: Date): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // Issuer and subject are equal, and differ from those of every other one: clients look authorities up by name.
  const serial = randomBytes(16)
  const name = distinguishedName(`${names[0]} (zzz ${serial.toString('hex', 0, 4)})`)
  const version3 = explicit(0, integer(Buffer.from([2])))
  const validity = sequence(time(validFrom), time(validTo))
  const fields = extensions(names, createHash('sha1').update(spki).digest())
  return sequence(version3, integer(serial), ecdsaWithSha256, name, validity, name, spki, explicit(3, fields))
}

function distinguishedName(text: string): Buffer {
  return sequence(set(sequence(commonName, utf8(text.slice(0, 64)))))
}

/** RFC 5280 section 4.2: no authority, signs handshakes, for servers, the names, and the key's fingerprint. */
function extensions(names: readonly string[], keyId: Uint8Array): Buffer {
  const critical = (id: string, value: Uint8Array) => sequence(objectId(id), yes, octets(value))
  const plain = (id: string, value: Uint8Array) => sequence(objectId(id), octets(value))
  return sequence(
    critical('2.5.29.19', sequence()),
    critical('2.5.29.15', bits(Buffer.from([0x80]), 7)),
    plain('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
    plain('2.5.29.17', sequence(...names.map(generalName))),
    plain('2.5.29.14', octets(keyId)),
  )
}

function generalName(name: string): Buffer {
  return isIP(name) === 0 ? implicit(2, Buffer.from(name, 'latin1')) : implicit(7, addressBytes(name))
}

/** The 4 or 16 bytes of an address. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes the last two groups of `::ffff:1.2.3.4` in hexadecimal as well.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const after = groups(tail ?? '')
  const zeros = Array.from({ length: 8 - groups(head).length - after.length }, () => '0')
  const all = [...groups(head), ...zeros, ...after]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

function isSubjects(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((name) => isIP(name) !== 0 || isHostName(name))
  )
}
