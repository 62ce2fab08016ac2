import { ZzzError } from '../errors.ts'
import { fromBytes, toBytes } from './clone.ts'
import { onLinkMessage, type ProcessLink } from './process-link.ts'
import { fromWireError, type WireError } from './wire-error.ts'

/** Milliseconds within which a call is answered. */
const timeout = 5000

/** What comes back for a call. */
interface Answer {
  readonly id: number
  readonly bytes?: Uint8Array
  readonly error?: WireError
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Calls from a worker to objects of its primary. */
export class RemoteCalls {
  readonly #link: ProcessLink
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(link: ProcessLink) {
    this.#link = link
    onLinkMessage('answer', (body) => this.#settle(body as Answer))
  }

  /** An object whose methods, whatever their names, are those of the primary's object with this key. */
  stub(key: string): object {
    const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>()
    return new Proxy(Object.freeze({}), {
      get: (_, name) => {
        // It is no promise, whatever awaits it, and an object as any other to whatever prints it.
        if (typeof name !== 'string' || name === 'then' || name === 'toJSON') return undefined
        if (name in Object.prototype) return Reflect.get(Object.prototype, name)
        const method = methods.get(name) ?? ((...args) => this.#call(key, name, args))
        methods.set(name, method)
        return method
      },
    })
  }

  async #call(key: string, method: string, args: unknown[]): Promise<unknown> {
    const bytes = toBytes(args, `An argument of ${method} of ${key}`)
    const id = ++this.#lastId
    if (!this.#link.send('call', { id, key, method, args: bytes }, bytes.length)) {
      throw new ZzzError(
        'ZZZ_SHARED_TIMEOUT',
        `The primary does not take further calls, ${method} of ${key} neither`,
      )
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        const message = `The primary has not answered ${method} of ${key} within ${timeout} ms`
        reject(new ZzzError('ZZZ_SHARED_TIMEOUT', message))
      }, timeout)
      this.#waiting.set(id, { resolve, reject, timer: timer.unref() })
    })
  }

  #settle({ id, bytes, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    if (error !== undefined) waiting.reject(fromWireError(error))
    else waiting.resolve(bytes && fromBytes(bytes))
  }
}
