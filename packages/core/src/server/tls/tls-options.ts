import { ZzzError } from '../../errors.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'

/** A version of TLS; older ones are broken (RFC 8996) and not offered. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/** A certificate with its private key, both in PEM form. Text that has no PEM in it is the path of a file. */
export interface CertificateOptions {
  /** The certificate, followed by those of the authorities between it and a root. */
  cert: string | Uint8Array
  /** The private key of the certificate. */
  key: string | Uint8Array
  /** What the key is encrypted with, if it is. */
  passphrase?: string | undefined
  /** The host names it is for: `example.org`, `*.example.org`. Default: those of the certificate itself. */
  names?: readonly string[] | undefined
}

/** Options of TLS: one certificate, or several to choose from by the name that a client asks for, or both. */
export interface TlsOptions extends Partial<CertificateOptions> {
  /** Further certificates. The very first one serves clients that ask for no name or one that no certificate has. */
  certificates?: readonly CertificateOptions[] | undefined
  /** Default `TLSv1.2`. */
  minVersion?: TlsVersion | undefined
  /** Default `TLSv1.3`. */
  maxVersion?: TlsVersion | undefined
  /** Cipher suites in the syntax of OpenSSL. Default: Node's. */
  ciphers?: string | undefined
  /**
   * Authorities of client certificates, PEM or a path. When given, a client without a certificate of theirs is turned
   * away in the handshake (mutual TLS).
   */
  ca?: string | Uint8Array | undefined
  /** Take certificates and keys again when their files change. Default true. */
  reload?: boolean | undefined
}

const pemRule = ['PEM text or the path of a file', isPemOption] as const
const textRule = ['a text that is not empty', isText] as const
const versionRule = ['"TLSv1.2" or "TLSv1.3"', isVersion] as const

const certificateRules: OptionRules<CertificateOptions> = {
  cert: pemRule,
  key: pemRule,
  passphrase: ['a text', (value) => typeof value === 'string'],
  names: ['a list of host names such as "example.org" and "*.example.org"', isNames],
}

const optionRules: OptionRules<TlsOptions> = {
  ...certificateRules,
  certificates: ['a list of objects with cert and key', isNonEmptyList],
  minVersion: versionRule,
  maxVersion: versionRule,
  ciphers: textRule,
  ca: pemRule,
  reload: ['true or false', (value) => typeof value === 'boolean'],
}

/** A certificate of the options, and how messages name it: `tls`, `tls.certificates[1]`. */
export interface NamedCertificate extends CertificateOptions {
  readonly where: string
}

/** Checks the options and gives all certificates, the default one first. Throws `ZZZ_OPTION_INVALID`. */
export function checkTlsOptions(options: TlsOptions): readonly NamedCertificate[] {
  checkOptions('serve, tls', options, optionRules)
  const { cert, key, passphrase, names, certificates = [] } = options
  if (options.minVersion === 'TLSv1.3' && options.maxVersion === 'TLSv1.2') {
    throw invalid('tls.maxVersion is older than tls.minVersion')
  }
  const listed = certificates.map((one, index) => checkListed(one, `tls.certificates[${index}]`))
  if (cert !== undefined && key !== undefined)
    return [{ where: 'tls', cert, key, passphrase, names }, ...listed]
  if (cert !== undefined || key !== undefined) {
    throw invalid(`tls.${cert === undefined ? 'cert' : 'key'} is missing: cert and key belong together`)
  }
  if (listed.length === 0) throw invalid('tls needs cert and key, or certificates')
  return listed
}

function checkListed(options: CertificateOptions, where: string): NamedCertificate {
  checkOptions(`serve, ${where}`, options, certificateRules)
  if (options.cert === undefined || options.key === undefined) {
    throw invalid(`${where} needs both cert and key`)
  }
  return { ...options, where }
}

function invalid(what: string): ZzzError {
  return new ZzzError('ZZZ_OPTION_INVALID', `serve: ${what}`)
}

function isPemOption(value: unknown): boolean {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return false
  return value.length > 0
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isVersion(value: unknown): boolean {
  return value === 'TLSv1.2' || value === 'TLSv1.3'
}

function isNonEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

/** Labels of letters, digits, `-` and `_`; a `*` may stand for the first of several. */
const hostName = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isHostName)
}

/** True for a host name as the server name indication of a client has it, or with a `*` for its first label. */
export function isHostName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 253 && hostName.test(value)
}
