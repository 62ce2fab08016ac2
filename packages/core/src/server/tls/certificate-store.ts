import type { TlsOptions as NodeTlsOptions, SecureContext, SecureContextOptions, Server } from 'node:tls'
import { ZzzError } from '../../errors.ts'
import { type Certificate, loadCertificate, withoutUndefined } from './certificate.ts'
import { type FileWatchOptions, watchFiles } from './file-watch.ts'
import { pemPath } from './pem.ts'
import type { Tls } from './tls.ts'
import type { NamedCertificate } from './tls-options.ts'

/** Options of a store. */
export interface CertificateStoreOptions {
  /** The first one is the default. */
  readonly certificates: readonly NamedCertificate[]
  /** Versions, ciphers and authorities, the same for all. */
  readonly settings: SecureContextOptions & Pick<NodeTlsOptions, 'requestCert'>
  /** False leaves the files alone. */
  readonly reload: boolean
  readonly onError: (error: unknown) => void
  readonly watch?: FileWatchOptions | undefined
  /** Milliseconds after which a file that cannot be used is looked at once more before it is reported. Default 1,000. */
  readonly grace?: number | undefined
}

/**
 * The certificates of a server: chosen by the name that a client asks for (RFC 6066 section 3), taken again when their
 * files change. A new certificate serves new connections; a broken one is reported, and the one in use stays.
 */
export class CertificateStore implements Tls {
  readonly #options: CertificateStoreOptions
  #certificates: readonly Certificate[]
  #byName: ReadonlyMap<string, SecureContext>
  readonly #servers = new Set<Server>()
  #watch: Disposable | undefined
  #loading: Promise<void> | undefined
  #again = false
  #closed = false
  /** What was reported last of each certificate, so that a fault is said once. */
  readonly #reported = new Map<string, string>()

  private constructor(options: CertificateStoreOptions, certificates: readonly Certificate[]) {
    this.#options = options
    this.#certificates = certificates
    this.#byName = indexByName(certificates)
  }

  /** Loads all certificates. Rejects with the fault of the first that cannot be used. */
  static async open(options: CertificateStoreOptions): Promise<CertificateStore> {
    const { certificates, settings, onError } = options
    const loaded = await Promise.all(certificates.map((one) => loadCertificate(one, settings)))
    for (const { warning } of loaded) if (warning !== undefined) onError(warning)
    const store = new CertificateStore(options, loaded)
    store.#startWatching()
    return store
  }

  get serverOptions(): NodeTlsOptions {
    const [{ material }] = this.#certificates as [Certificate]
    const common = { ...this.#options.settings, ...withoutUndefined(material) }
    // Where there is no choice, OpenSSL need not stop in the handshake to ask.
    if (this.#certificates.length === 1) return common
    return { ...common, SNICallback: (name, done) => done(null, this.select(name)) }
  }

  /** The context for a name; undefined where the default one is to be taken. */
  select(name: string): SecureContext | undefined {
    const wanted = name.toLowerCase()
    return this.#byName.get(wanted) ?? this.#byName.get(`*${wanted.slice(wanted.indexOf('.'))}`)
  }

  follow(server: Server): void {
    this.#servers.add(server)
    server.once('close', () => this.#servers.delete(server))
  }

  close(): void {
    this.#closed = true
    this.#watch?.[Symbol.dispose]()
    this.#servers.clear()
  }

  #startWatching(): void {
    const { certificates, reload, watch } = this.#options
    const paths = certificates.flatMap(({ cert, key }) => [pemPath(cert) ?? [], pemPath(key) ?? []].flat())
    if (reload && paths.length > 0) this.#watch = watchFiles(paths, () => this.#changed(), watch)
  }

  /** One look at a time; a sign that comes meanwhile makes for another one. */
  #changed(): void {
    if (this.#loading !== undefined) {
      this.#again = true
      return
    }
    this.#loading = this.#reload()
      .catch(this.#options.onError)
      .finally(() => {
        this.#loading = undefined
        const again = this.#again && !this.#closed
        this.#again = false
        if (again) this.#changed()
      })
  }

  async #reload(): Promise<void> {
    const fresh = await Promise.all(this.#certificates.map((old, index) => this.#reloadOne(old, index)))
    if (this.#closed || fresh.every((one, index) => one === this.#certificates[index])) return
    const [oldDefault] = this.#certificates
    this.#certificates = fresh
    this.#byName = indexByName(fresh)
    if (fresh[0] === oldDefault) return
    for (const server of this.#servers) server.setSecureContext(this.serverOptions)
  }

  /** The certificate as its files have it now; the old one when they have not changed or cannot be used. */
  async #reloadOne(old: Certificate, index: number): Promise<Certificate> {
    const options = this.#options.certificates[index] as NamedCertificate
    try {
      const fresh = await this.#loadPatiently(options)
      this.#reported.delete(options.where)
      if (isSame(old, fresh)) return old
      if (fresh.warning !== undefined) this.#options.onError(fresh.warning)
      return fresh
    } catch (cause) {
      this.#report(options.where, cause as ZzzError)
      return old
    }
  }

  /** A certificate and its key are two files, and between writing one and the other they do not fit. */
  async #loadPatiently(options: NamedCertificate): Promise<Certificate> {
    const { settings, grace = 1000 } = this.#options
    try {
      return await loadCertificate(options, settings)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, grace).unref())
      return loadCertificate(options, settings)
    }
  }

  #report(where: string, cause: ZzzError): void {
    if (this.#closed || this.#reported.get(where) === cause.message) return
    this.#reported.set(where, cause.message)
    const message = `${cause.message}. The certificate in use stays`
    this.#options.onError(new ZzzError(cause.code, message, { cause }))
  }
}

/** Contexts by name; of two certificates with one name the first is taken. */
function indexByName(certificates: readonly Certificate[]): ReadonlyMap<string, SecureContext> {
  const entries = certificates.flatMap(({ names, context }) => names.map((name) => [name, context] as const))
  return new Map(entries.reverse())
}

function isSame({ material: a }: Certificate, { material: b }: Certificate): boolean {
  return a.cert === b.cert && a.key === b.key
}
