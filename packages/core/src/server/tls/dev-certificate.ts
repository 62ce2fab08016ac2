import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ZzzError } from '../../errors.ts'
import { cacheFolder } from '../../internal/cache-folder.ts'
import { type SelfSigned, selfSignedCertificate } from './self-signed.ts'
import type { TlsOptions } from './tls-options.ts'

/** What `devCertificate` has to know. */
export interface DevCertificateOptions {
  readonly environment: string | undefined
  readonly onError: (error: unknown) => void
  /** Default: `zzz` in the user's folder for caches. */
  readonly folder?: string | undefined
}

const days = 365
const renewedBefore = 30 * 24 * 3_600_000

/**
 * The certificate of `tls: 'self-signed'`, kept in the user's cache, so that it has to be trusted once; made anew a month
 * before it expires. Throws `ZZZ_TLS_SELF_SIGNED` outside development and test.
 */
export async function devCertificate(options: DevCertificateOptions): Promise<TlsOptions> {
  const { environment, onError, folder = cacheFolder() } = options
  if (environment !== 'development' && environment !== 'test') {
    throw new ZzzError(
      'ZZZ_TLS_SELF_SIGNED',
      `tls: 'self-signed' is for development and test, and the environment is ${environment ?? 'unknown'}. ` +
        'Give tls: { cert, key }, or set ZZZ_ENV=development',
    )
  }
  const file = join(folder, 'localhost.pem')
  const kept = await readKept(file)
  if (kept !== undefined) return { cert: kept, key: kept, reload: false }
  const { cert, key } = selfSignedCertificate({ days })
  await keep(folder, file, { cert, key }).catch((cause: unknown) =>
    onError(
      new ZzzError(
        'ZZZ_TLS_FILE',
        `Cannot keep the certificate for development in ${file}: the next start makes another`,
        {
          cause,
        },
      ),
    ),
  )
  return { cert, key, reload: false }
}

/** The file's text; undefined when there is none, or what it holds is damaged or about to expire. */
async function readKept(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'latin1')
    const { validToDate } = new X509Certificate(text)
    const sound = text.includes('PRIVATE KEY-----') && validToDate.getTime() - Date.now() > renewedBefore
    return sound ? text : undefined
  } catch {
    return undefined
  }
}

/** One file for both, renamed into place: whoever reads at the same time gets a pair that fits. */
async function keep(folder: string, file: string, { cert, key }: SelfSigned): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, cert + key, { mode: 0o600, flag: 'wx' })
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
