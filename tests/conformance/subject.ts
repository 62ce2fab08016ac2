import { Reply, type Request } from '@zzz/core'
import {
  type Backend,
  defaultLimits,
  defaultTimeouts,
  type Handle,
  type Limits,
  type Listener,
  type Timeouts,
  type Tls,
} from '@zzz/core/server'

/** Options of a subject: what its server does, and where it differs from the defaults. */
export interface SubjectOptions {
  readonly handle?: Handle
  readonly limits?: Partial<Limits>
  readonly timeouts?: Partial<Timeouts>
  /** Default 0: the system chooses. */
  readonly port?: number
  readonly tls?: Tls | undefined
}

/** What the echo handler saw of a request, as JSON. */
export interface Echo {
  readonly method: string
  readonly target: string
  readonly version: string
  /** Latin-1, so that a character is a byte. */
  readonly body: string
}

/** A running server under test. */
export interface Subject {
  readonly port: number
  readonly listener: Listener
  /** What reached `onError`. */
  readonly errors: unknown[]
  stop(): Promise<void>
}

/** Starts a back end on a free port. */
export async function startSubject(backend: Backend, options: SubjectOptions = {}): Promise<Subject> {
  const errors: unknown[] = []
  const listener = await backend.listen(options.handle ?? echo, {
    host: '127.0.0.1',
    port: options.port ?? 0,
    tls: options.tls,
    limits: { ...defaultLimits, ...options.limits },
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    onError: (error) => errors.push(error),
  })
  return {
    port: listener.address.port,
    listener,
    errors,
    async stop() {
      await listener.stopAccepting()
      listener.destroy()
      await listener.drain(AbortSignal.timeout(2000))
    },
  }
}

/** Says what a request was. A body that breaks off becomes the status of its error. */
export async function echo(request: Request): Promise<Reply> {
  try {
    const body = Buffer.from(await request.bytes({ limit: 16 * 1024 * 1024 })).toString('latin1')
    const { method, target, version } = request
    return new Reply(200, JSON.stringify({ method, target, version, body } satisfies Echo))
  } catch (error) {
    return new Reply((error as { status?: number }).status ?? 500, String(error))
  }
}
