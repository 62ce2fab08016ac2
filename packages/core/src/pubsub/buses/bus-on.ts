import { ZzzError } from '../../errors.ts'
import type { Bus, BusListener, BusOptions } from '../bus.ts'
import { toBytes } from '../clone.ts'
import { MessageQueue } from '../message-queue.ts'
import type { Subscribers } from '../subscribers.ts'

/** What a bus publishes to. */
export interface Hub {
  readonly subscribers: Subscribers
  /** Sends to the other processes; false when that is not possible now. */
  sendToOthers(topic: string, bytes: Uint8Array): boolean
}

/** A bus on a hub, with subscriptions of its own. */
export function createBusOn(hub: Hub, { onError }: BusOptions): Bus {
  /** What `close` ends. */
  const open = new Set<Disposable>()
  let closed = false

  function checkOpen(): void {
    if (closed) throw new ZzzError('ZZZ_BUS_CLOSED', 'This bus is closed')
  }

  /** A subscription that `close` ends by ending its `owner`. */
  function subscribe(topic: string, listener: BusListener, owner?: Disposable): Disposable {
    checkOpen()
    const subscription = hub.subscribers.add(topic, listener, onError)
    const ending = owner ?? subscription
    open.add(ending)
    return {
      [Symbol.dispose]: () => {
        open.delete(ending)
        subscription[Symbol.dispose]()
      },
    }
  }

  return {
    publish(topic, message, { to = 'all' } = {}) {
      checkOpen()
      const bytes = toBytes(message, `A message of the topic ${JSON.stringify(topic)}`)
      if (!hub.sendToOthers(topic, bytes) || (to === 'all' && !hub.subscribers.enqueue(topic, bytes))) {
        throw new ZzzError('ZZZ_BUS_FULL', 'Too many messages wait to be delivered: publish less, or later')
      }
    },
    subscribe: (topic, listener) => subscribe(topic, listener),
    messages: (topic, options = {}) =>
      new MessageQueue(topic, options, (listener, queue) => subscribe(topic, listener, queue)),
    close() {
      closed = true
      for (const one of open) one[Symbol.dispose]()
      open.clear()
    },
  }
}
