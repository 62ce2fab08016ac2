import { refusalChannel } from './channels.ts'
import type { RefusalEvent } from './events.ts'

/** What a server knows of a refusal; the address is read of `from`, a socket or a peer, when it is wanted. */
interface Refusal extends Omit<RefusalEvent, 'remoteAddress' | 'encrypted' | 'error'> {
  readonly from: { readonly remoteAddress?: string | undefined }
  readonly encrypted: boolean
}

/** Says that a server turned a client away, if anybody wants to know. */
export function publishRefusal(error: unknown, { reason, status, from, encrypted }: Refusal): void {
  if (!refusalChannel.hasSubscribers) return
  const { remoteAddress } = from
  refusalChannel.publish({ reason, status, remoteAddress, encrypted, error })
}
