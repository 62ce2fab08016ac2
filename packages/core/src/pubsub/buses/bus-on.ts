import { ZzzError } from '../../errors.ts'
import type { Bus, BusOptions } from '../bus.ts'
import { toBytes } from '../clone.ts'
import type { Subscribers } from '../subscribers.ts'

/** What a bus publishes to. */
export interface Hub {
  readonly subscribers: Subscribers
  /** Sends to the other processes; false when that is not possible now. */
  sendToOthers(topic: string, bytes: Uint8Array): boolean
}

/** A bus on a hub, with subscriptions of its own. */
export function createBusOn(hub: Hub, { onError }: BusOptions): Bus {
  const subscriptions = new Set<Disposable>()
  let closed = false

  function checkOpen(): void {
    if (closed) throw new ZzzError('ZZZ_BUS_CLOSED', 'This bus is closed')
  }

  return {
    publish(topic, message, { to = 'all' } = {}) {
      checkOpen()
      const bytes = toBytes(message, `A message of the topic ${JSON.stringify(topic)}`)
      if (!hub.sendToOthers(topic, bytes) || (to === 'all' && !hub.subscribers.enqueue(topic, bytes))) {
        throw new ZzzError('ZZZ_BUS_FULL', 'Too many messages wait to be delivered: publish less, or later')
      }
    },
    subscribe(topic, listener) {
      checkOpen()
      const subscription = hub.subscribers.add(topic, listener, onError)
      subscriptions.add(subscription)
      return {
        [Symbol.dispose]: () => {
          subscriptions.delete(subscription)
          subscription[Symbol.dispose]()
        },
      }
    },
    close() {
      closed = true
      for (const subscription of subscriptions) subscription[Symbol.dispose]()
      subscriptions.clear()
    },
  }
}
