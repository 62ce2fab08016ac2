import type { Bus, BusOptions } from '../bus.ts'
import { Subscribers } from '../subscribers.ts'
import { createBusOn } from './bus-on.ts'

/** A bus within this process, apart from all others; for tests, and for programs that are one process. */
export function createLocalBus(options: BusOptions = {}): Bus {
  const nobody = (): boolean => true
  return createBusOn({ subscribers: new Subscribers(), sendToOthers: nobody }, options)
}
