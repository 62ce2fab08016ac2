export type { Bus, BusListener, BusOptions, MessagesOptions, PublishOptions } from './bus.ts'
export { createLocalBus } from './buses/local.ts'
export { type CreateBusOptions, createBus } from './create-bus.ts'
export { type Shareable, shareAcrossWorkers } from './share-across-workers.ts'
