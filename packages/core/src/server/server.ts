import type { Address, Handle } from './backend.ts'

/** What can be served: an application of `createApp`, or anything with the same functions. */
export interface Servable {
  /** Where it runs: `development`, `test`, `production` or another name. Unknown counts as production. */
  readonly environment?: string | undefined
  readonly handle: Handle
  /** Hears that the server is about to close: readiness ends. */
  drain?(): void
  start(): Promise<void>
  stop(options: { deadline: number }): Promise<void>
}

/** A server that runs. */
export interface Server extends AsyncDisposable {
  readonly address: Address
  /** Name of the back end. */
  readonly backend: string
  /**
   * What this process is to the server: all of it (`single`), one of its `worker` processes, or their `primary`, which
   * serves nothing itself. What is to be done once (a banner, a second server) is for those that are no worker.
   */
  readonly role: 'single' | 'primary' | 'worker'
  /** Connections that are open now; in a primary those of all workers, up to half a second late. */
  connections(): number
  /**
   * Stops accepting, lets running requests finish for at most `drain` milliseconds (default: the server's), cuts what is
   * left, stops the services in reverse order and runs `onClose`. Calls share one shutdown. In a primary it does so in
   * all workers, in a worker in this one, which is replaced then.
   */
  close(options?: { drain?: number | undefined }): Promise<void>
  /** Resolves when the server has closed, whoever closed it. */
  readonly closed: Promise<void>
}
