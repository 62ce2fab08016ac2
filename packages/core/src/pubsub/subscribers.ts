import { AsyncLocalStorage } from 'node:async_hooks'
import { isPromise } from '../internal/maybe-promise.ts'
import { guardListener, reportError } from '../internal/report.ts'
import type { BusListener } from './bus.ts'
import { fromBytes } from './clone.ts'

/** Bytes that may wait for the next turn of the event loop. */
const capacity = 16 * 2 ** 20

/** What a message counts besides its content. */
const overhead = 256

const reported = 'A listener on the bus failed'

interface Subscription {
  readonly listener: BusListener
  readonly onError: (error: unknown) => void
}

/** The subscribers of one process, by topic, and the messages that are on their way to them. */
export class Subscribers {
  readonly #topics = new Map<string, Set<Subscription>>()
  readonly #outside = AsyncLocalStorage.snapshot()
  #queue: (readonly [topic: string, bytes: Uint8Array])[] = []
  #waiting = 0

  add(topic: string, listener: BusListener, onError: (error: unknown) => void = reportFault): Disposable {
    const subscription = { listener, onError: guardListener(onError, reported) }
    const subscriptions = this.#topics.get(topic) ?? new Set()
    this.#topics.set(topic, subscriptions.add(subscription))
    return {
      [Symbol.dispose]: () => {
        subscriptions.delete(subscription)
        if (subscriptions.size === 0 && this.#topics.get(topic) === subscriptions) this.#topics.delete(topic)
      },
    }
  }

  /** Delivers a message in the next turn of the event loop. False when too much waits for it already. */
  enqueue(topic: string, bytes: Uint8Array): boolean {
    if (!this.#topics.has(topic)) return true
    const size = bytes.length + overhead
    if (this.#waiting + size > capacity) return false
    this.#waiting += size
    if (this.#queue.push([topic, bytes]) === 1) this.#outside(() => setImmediate(() => this.#flush()))
    return true
  }

  /** Delivers a message now. */
  deliver(topic: string, bytes: Uint8Array): void {
    const subscriptions = this.#topics.get(topic)
    if (subscriptions === undefined) return
    const message = fromBytes(bytes)
    for (const subscription of [...subscriptions]) {
      // An earlier listener may have ended it.
      if (!subscriptions.has(subscription)) continue
      try {
        const done: unknown = subscription.listener(message)
        if (isPromise(done)) done.then(undefined, subscription.onError)
      } catch (error) {
        subscription.onError(error)
      }
    }
  }

  #flush(): void {
    const queue = this.#queue
    this.#queue = []
    this.#waiting = 0
    for (const [topic, bytes] of queue) this.deliver(topic, bytes)
  }
}

function reportFault(error: unknown): void {
  reportError(error, reported)
}
