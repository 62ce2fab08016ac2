import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { ZzzError } from '../../errors.ts'
import { type Pem, readPem } from './pem.ts'
import { isHostName, type NamedCertificate } from './tls-options.ts'

/** A certificate that was found fit to serve with. */
export interface Certificate {
  /** What it was made of, to see whether a file has changed, and for `setSecureContext`. */
  readonly material: Material
  readonly context: SecureContext
  /** Lower case; a wildcard has `*` as its first label. */
  readonly names: readonly string[]
  /** Said once where it is not valid today: such a certificate is served, since a running site beats none. */
  readonly warning: ZzzError | undefined
}

/** PEM texts of a certificate and its key. */
export interface Material {
  readonly cert: string
  readonly key: string
  readonly passphrase: string | undefined
}

/**
 * Reads and checks a certificate and its key. Throws `ZZZ_TLS_FILE`, `ZZZ_TLS_CERTIFICATE` or `ZZZ_TLS_KEY`, which name
 * the file and never hold a key.
 */
export async function loadCertificate(
  options: NamedCertificate,
  settings: SecureContextOptions,
): Promise<Certificate> {
  const { where, passphrase } = options
  const [cert, key] = await Promise.all([
    readPem(`${where}.cert`, options.cert),
    readPem(`${where}.key`, options.key),
  ])
  const x509 = parseCertificate(cert)
  if (!x509.checkPrivateKey(parseKey(key, passphrase))) {
    throw new ZzzError(
      'ZZZ_TLS_KEY',
      `${sentence(key.name)} is not the private key of the certificate in ${cert.name}`,
    )
  }
  const material = { cert: cert.text, key: key.text, passphrase }
  return {
    material,
    context: toContext(cert, material, settings),
    names: (options.names ?? subjectNames(x509)).map((name) => name.toLowerCase()),
    warning: validityWarning(cert, x509),
  }
}

function parseCertificate({ name, text }: Pem): X509Certificate {
  if (text.includes('PRIVATE KEY') && !text.includes('-----BEGIN CERTIFICATE')) {
    throw badCertificate(
      `${sentence(name)} holds a private key and no certificate; cert and key may be swapped`,
    )
  }
  try {
    return new X509Certificate(text)
  } catch (cause) {
    throw badCertificate(`${sentence(name)} holds no certificate in PEM form`, cause)
  }
}

function parseKey({ name, text }: Pem, passphrase: string | undefined): KeyObject {
  if (!text.includes('PRIVATE KEY-----')) {
    throw new ZzzError('ZZZ_TLS_KEY', `${sentence(name)} holds no private key in PEM form`)
  }
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (cause) {
    throw new ZzzError('ZZZ_TLS_KEY', `${sentence(name)} ${keyFault(text, passphrase)}`, { cause })
  }
}

function keyFault(text: string, passphrase: string | undefined): string {
  if (!text.includes('ENCRYPTED')) return 'holds a damaged private key'
  return passphrase === undefined
    ? 'holds an encrypted private key: give its passphrase'
    : 'cannot be decrypted: the passphrase is wrong, or the file is damaged'
}

function toContext(cert: Pem, material: Material, settings: SecureContextOptions): SecureContext {
  try {
    return createSecureContext({ ...settings, ...withoutUndefined(material) })
  } catch (cause) {
    const { message } = cause as Error
    throw badCertificate(`${sentence(cert.name)} cannot be used with its key: ${message}`, cause)
  }
}

/** The host names of the certificate's subjectAltName (RFC 6125); its common name is not looked at. */
function subjectNames({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName
    .split(', ')
    .filter((entry) => entry.startsWith('DNS:'))
    .map((entry) => entry.slice(4))
    .filter(isHostName)
}

function validityWarning(
  { name }: Pem,
  { validFromDate, validToDate }: X509Certificate,
): ZzzError | undefined {
  const now = Date.now()
  const fault =
    now > validToDate.getTime()
      ? `expired on ${day(validToDate)}`
      : now < validFromDate.getTime()
        ? `is valid only from ${day(validFromDate)} on`
        : undefined
  if (fault === undefined) return undefined
  return new ZzzError('ZZZ_TLS_EXPIRED', `The certificate in ${name} ${fault}: clients refuse it. Renew it`)
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** Options without those that are undefined, which Node's types do not take. */
export function withoutUndefined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> }
}

function badCertificate(message: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_TLS_CERTIFICATE', message, { cause })
}

/** A name as the beginning of a sentence. */
function sentence(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
