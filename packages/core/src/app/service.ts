import { ZzzError } from '../errors.ts'
import { reportError } from '../internal/report.ts'

/** Something that runs beside the application: a repo's pool, a worker, a PubSub connection. */
export interface Service {
  readonly name: string
  /** Resolves when it is ready; `signal` aborts when the start is given up. */
  start(options: { signal: AbortSignal }): Promise<void>
  /** Stops within `deadline` milliseconds, letting go of everything that keeps the process alive. */
  stop(options: { deadline: number }): Promise<void>
}

/** Starts and stops services together. */
export interface Services {
  /** Starts them in order. When one fails, those already started are stopped and `ZZZ_SERVICE_FAILED` names it. */
  start(): Promise<void>
  /** Stops those that run, in reverse order, and all of them even when one fails; then `ZZZ_SERVICE_FAILED` is thrown. */
  stop(options: { deadline: number }): Promise<void>
}

/** Milliseconds that services get to stop when a start is given up. */
const rollbackDeadline = 5000

export function runServices(services: readonly Service[]): Services {
  let running: Service[] = []
  let state: 'stopped' | 'started' = 'stopped'

  async function stop({ deadline }: { deadline: number }): Promise<void> {
    const failures: ZzzError[] = []
    const stopping = running.reverse()
    running = []
    state = 'stopped'
    for (const service of stopping) {
      try {
        await service.stop({ deadline })
      } catch (cause) {
        failures.push(failed(service, 'stop', cause))
      }
    }
    if (failures.length > 0)
      throw failures.length === 1 ? failures[0] : new AggregateError(failures, 'Services did not stop')
  }

  async function start(): Promise<void> {
    if (state === 'started')
      throw new ZzzError('ZZZ_APP_STATE', 'The application is started already; stop it first')
    state = 'started'
    const giveUp = new AbortController()
    for (const service of services) {
      try {
        await service.start({ signal: giveUp.signal })
        running.push(service)
      } catch (cause) {
        giveUp.abort()
        await stop({ deadline: rollbackDeadline }).catch((error: unknown) =>
          reportError(error, 'A start was given up'),
        )
        throw failed(service, 'start', cause)
      }
    }
  }

  return { start, stop }
}

function failed(service: Service, verb: string, cause: unknown): ZzzError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ZzzError('ZZZ_SERVICE_FAILED', `Service ${service.name} did not ${verb}: ${reason}`, { cause })
}
