import type { WireError } from '../../pubsub/wire-error.ts'
import type { Address } from '../backend.ts'

/** The kind under which a primary and its workers speak about serving. */
export const kind = 'serve'

/** What a worker says to its primary. */
export type WorkerMessage =
  /** It has come to `serve`. */
  | { readonly type: 'joining' }
  /** It listens. */
  | { readonly type: 'serving'; readonly address: Address }
  /** It does not, and will end. */
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'connections'; readonly count: number }
  /** It was sent a signal to end, and waits for its replacement. */
  | { readonly type: 'leaving' }
  /** Its server has closed; the process ends when nothing else keeps it alive. */
  | { readonly type: 'closed' }

/** What a primary says to a worker. */
export type PrimaryMessage =
  /** Answers `joining`. The address is undefined where only a worker can tell. */
  | { readonly type: 'place'; readonly address: Address | undefined; readonly ticketKeys: Uint8Array }
  | { readonly type: 'retire' }
  | { readonly type: 'close'; readonly drain: number }
