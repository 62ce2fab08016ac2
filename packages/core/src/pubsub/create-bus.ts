import { functionRule, textRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import type { Bus, BusOptions } from './bus.ts'
import { createWorkerBus } from './buses/worker.ts'

/** Options of `createBus`. */
export interface CreateBusOptions extends BusOptions {
  /** Buses of one name are one, in all processes. Default `default`. */
  name?: string | undefined
}

const optionRules: OptionRules<CreateBusOptions> = {
  name: textRule,
  onError: functionRule,
}

/**
 * The bus between all processes of this program: the workers and the primary of `serve(app, { workers })`, or this
 * process alone. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const bus = createBus()
 * using subscription = bus.subscribe('news', (message) => console.log(message))
 * bus.publish('news', { title: 'Hello' })
 * ```
 */
export function createBus(options: CreateBusOptions = {}): Bus {
  checkOptions('createBus', options, optionRules)
  const { name = 'default', onError } = options
  return createWorkerBus(name, { onError })
}
