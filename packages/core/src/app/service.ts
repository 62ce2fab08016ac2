import { ZzzError } from '../errors.ts'
import { messageOf } from '../internal/message-of.ts'
import { reportError } from '../internal/report.ts'
import { within } from '../internal/within.ts'

/** Something that runs beside the application: a repo's pool, a worker, a PubSub connection. */
export interface Service {
  readonly name: string
  /** Returns or resolves when it is ready; `signal` aborts when the start is given up. */
  start(options: { signal: AbortSignal }): void | Promise<void>
  /**
   * Stops within `deadline` milliseconds, letting go of everything that keeps the process alive; what takes longer is
   * not waited for. A service that holds nothing needs none.
   */
  stop?(options: { deadline: number }): void | Promise<void>
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

/** Puts services together, in the order in which they start. Throws `ZZZ_OPTION_INVALID` for what is no service. */
export function runServices(services: readonly Service[]): Services {
  for (const service of services) checkService(service)
  let running: Service[] = []
  let state: 'stopped' | 'started' = 'stopped'

  async function stop({ deadline }: { deadline: number }): Promise<void> {
    const failures: ZzzError[] = []
    const stopping = running.reverse()
    running = []
    state = 'stopped'
    for (const service of stopping) {
      try {
        const late = () => new Error(`it took longer than its ${deadline} ms`)
        await within(deadline, service.stop?.({ deadline }), late)
      } catch (cause) {
        failures.push(failed(service, 'stop', cause))
      }
    }
    if (failures.length > 1) throw severalFailed(failures)
    if (failures[0] !== undefined) throw failures[0]
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

function checkService(service: Service): void {
  const { name, start, stop } = (service ?? {}) as Partial<Service>
  if (
    typeof name === 'string' &&
    name !== '' &&
    typeof start === 'function' &&
    (stop === undefined || typeof stop === 'function')
  )
    return
  throw new ZzzError(
    'ZZZ_OPTION_INVALID',
    'A service has a name, a start function and, if it holds anything, a stop function',
  )
}

function severalFailed(failures: readonly ZzzError[]): ZzzError {
  const message = failures.map((failure) => failure.message).join('; ')
  return new ZzzError('ZZZ_SERVICE_FAILED', message, { cause: new AggregateError(failures, message) })
}

function failed(service: Service, verb: string, cause: unknown): ZzzError {
  return new ZzzError('ZZZ_SERVICE_FAILED', `Service ${service.name} did not ${verb}: ${messageOf(cause)}`, {
    cause,
  })
}
