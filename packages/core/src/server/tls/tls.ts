import type { TlsOptions as NodeTlsOptions, Server } from 'node:tls'

/** What a back end needs to speak TLS: certificates as they are now, and as they become. */
export interface Tls {
  /**
   * Options for `tls.createServer` and `https.createServer`: certificates and how they are chosen, versions, client
   * certificates. ALPN and time-outs are the back end's own.
   */
  readonly serverOptions: NodeTlsOptions
  /** Gives a server every later default certificate; connections that are open keep theirs. */
  follow(server: Server): void
  /** Stops looking after the files. */
  close(): void
}
