import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { withoutUndefined } from './certificate.ts'
import { CertificateStore } from './certificate-store.ts'
import { devCertificate } from './dev-certificate.ts'
import { readPem } from './pem.ts'
import type { Tls } from './tls.ts'
import { checkTlsOptions, type TlsOptions } from './tls-options.ts'

/** What `openTls` has to know besides the options. */
export interface TlsEnvironment {
  /** The application's environment; a self-signed certificate is for `development` and `test`. */
  readonly environment: string | undefined
  readonly onError: (error: unknown) => void
  /** 48 bytes that encrypt session tickets. Default: made anew, so that only this process can resume its sessions. */
  readonly ticketKeys?: Buffer | undefined
}

/**
 * Makes everything ready that TLS needs. Rejects with `ZZZ_OPTION_INVALID`, `ZZZ_TLS_FILE`, `ZZZ_TLS_CERTIFICATE`,
 * `ZZZ_TLS_KEY` or `ZZZ_TLS_SELF_SIGNED`.
 */
export async function openTls(
  options: TlsOptions | 'self-signed',
  { environment, onError, ticketKeys }: TlsEnvironment,
): Promise<Tls> {
  const given = options === 'self-signed' ? await devCertificate({ environment, onError }) : options
  const { ca, ciphers, minVersion = 'TLSv1.2', maxVersion, reload = true } = given
  const certificates = checkTlsOptions(given)
  const authorities = ca === undefined ? undefined : await readPem('tls.ca', ca)
  const settings: SecureContextOptions & { requestCert?: boolean } = withoutUndefined({
    minVersion,
    maxVersion,
    ciphers,
    ticketKeys,
    ca: authorities?.text,
    requestCert: authorities && true,
    // TLS 1.2 would let a client ask for handshakes without end, and HTTP/2 forbids it (RFC 9113 section 9.2.1).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  })
  return CertificateStore.open({ certificates, settings, reload, onError })
}
