import type { Reply } from '../http/reply.ts'
import type { Request } from '../http/request.ts'
import type { Limits } from './limits.ts'
import type { Timeouts } from './timeouts.ts'
import type { Tls } from './tls/tls.ts'

/** What a server asks of an application. It never throws and never rejects: every error is a reply already. */
export type Handle = (request: Request) => Reply | Promise<Reply>

/** Options of a listener, complete: defaults are filled in by `serve`. */
export interface ListenOptions {
  readonly host: string
  /** 0 lets the system choose; `Listener.address` tells. */
  readonly port: number
  /** A Unix domain socket instead of host and port. */
  readonly path?: string | undefined
  /** A listening socket that this process inherited, instead of all of them. */
  readonly fd?: number | undefined
  /** Every connection begins with a header of the PROXY protocol. */
  readonly proxyProtocol?: boolean | undefined
  readonly limits: Limits
  readonly timeouts: Timeouts
  /** Given when the listener speaks TLS and nothing else. */
  readonly tls?: Tls | undefined
  /** Offer HTTP/2 beside HTTP/1.1; only with `tls`. */
  readonly http2?: boolean | undefined
  /** Called with faults that no request can be blamed for or told about. */
  readonly onError: (error: unknown) => void
}

/** Where a listener can be reached. */
export interface Address {
  /** Empty for a Unix domain socket. */
  readonly host: string
  /** 0 for a Unix domain socket. */
  readonly port: number
  /** Of a Unix domain socket, else undefined. */
  readonly path: string | undefined
  /** `http://127.0.0.1:5555`, `https://…` with TLS, or `unix:/run/app.sock`, ready to print. */
  readonly url: string
}

/** A server back end: turns bytes into requests and replies into bytes. */
export interface Backend {
  readonly name: string
  /** Starts listening; rejects with Node's error (`EADDRINUSE` …) when it cannot. */
  listen(handle: Handle, options: ListenOptions): Promise<Listener>
}

/** A back end that listens. */
export interface Listener {
  readonly address: Address
  /** Connections that are open now, upgraded ones included. */
  connections(): number
  /** Closes the listening socket; open connections go on. */
  stopAccepting(): Promise<void>
  /**
   * Lets running requests finish and closes each connection after its last one, idle ones at once. Resolves when none is
   * open any more, or when `signal` aborts, whichever is first. With `spareIdle`, idle connections stay open until it
   * aborts, and a request that still comes on one is answered as its last: no request is lost to the close.
   */
  drain(signal: AbortSignal, spareIdle?: AbortSignal): Promise<void>
  /** Closes every connection now. */
  destroy(): void
}
