import { ZzzError } from '../../errors.ts'
import { reportError } from '../../internal/report.ts'
import type { Bus, BusOptions } from '../bus.ts'
import { onLinkMessage, type ProcessLink, primaryLink, workerLinks } from '../process-link.ts'
import { Subscribers } from '../subscribers.ts'
import { createBusOn } from './bus-on.ts'

const kind = 'bus'

interface BusMessage {
  readonly bus: string
  readonly topic: string
  readonly bytes: Uint8Array
}

/** By the names of the buses: those of one name in one process are one. */
const subscribersByName = new Map<string, Subscribers>()

/** Workers that messages were lost for, until one gets through again. */
const behind = new WeakSet<ProcessLink>()

/**
 * A bus between the primary and the workers of this program. Workers send to the primary, which passes on to all others;
 * without workers it is a bus within the process.
 */
export function createWorkerBus(name: string, options: BusOptions = {}): Bus {
  const subscribers = subscribersByName.get(name) ?? new Subscribers()
  subscribersByName.set(name, subscribers)
  const sendToOthers = (topic: string, bytes: Uint8Array): boolean => {
    const message = { bus: name, topic, bytes }
    if (primaryLink !== undefined) return primaryLink.send(kind, message, sizeOf(message))
    passOn(message)
    return true
  }
  return createBusOn({ subscribers, sendToOthers }, options)
}

onLinkMessage(kind, (body, from) => {
  const message = body as BusMessage
  subscribersByName.get(message.bus)?.deliver(message.topic, message.bytes)
  passOn(message, from)
})

/** Sends to all workers but the one that it came from. One that does not take it loses it; the others wait for none. */
function passOn(message: BusMessage, from?: ProcessLink): void {
  for (const link of workerLinks) {
    if (link === from) continue
    if (link.send(kind, message, sizeOf(message))) behind.delete(link)
    else if (link.open && !behind.has(link)) reportLoss(link)
  }
}

function reportLoss(link: ProcessLink): void {
  behind.add(link)
  const message = 'A worker takes no messages and loses those that come now: its event loop may be blocked'
  reportError(new ZzzError('ZZZ_BUS_FULL', message), 'Message bus')
}

function sizeOf({ topic, bytes }: BusMessage): number {
  return topic.length + bytes.length
}
