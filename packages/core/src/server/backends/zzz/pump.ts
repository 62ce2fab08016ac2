import { ZzzError } from '../../../errors.ts'
import type { BodyProducer } from '../../../http/body-producer.ts'
import type { Output } from './output.ts'
import type { Pending } from './reply-writer.ts'

/** A reply body on its way. */
export interface Pumping {
  /** Bytes of the body written so far, without framing. */
  bytes: number
  /** Set when the connection is gone: the pump stops. */
  stopped: boolean
  readonly status: number
  readonly producer: BodyProducer
}

/**
 * Sends a streamed body no faster than the client takes it. Rejects with the producer's error, or with
 * `ZZZ_REPLY_LENGTH` when the bytes are not those that the head promised; the reply is broken then.
 */
export async function pump(output: Output, pending: Pending, state: Pumping): Promise<void> {
  const { producer, chunked, length } = pending
  for (;;) {
    const piece = await producer.next()
    if (state.stopped) return
    if (piece === null) break
    const size = typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
    if (size === 0) continue
    state.bytes += size
    if (length !== undefined && state.bytes > length) throw wrongLength(length, 'more')
    if (chunked) output.text(`${size.toString(16)}\r\n`)
    output.data(piece)
    if (chunked) output.text('\r\n')
    output.flush()
    if (output.blocked) await output.drained()
    if (state.stopped) return
  }
  if (length !== undefined && state.bytes < length) throw wrongLength(length, `only ${state.bytes}`)
  if (chunked) output.text('0\r\n\r\n')
}

function wrongLength(length: number, sent: string): ZzzError {
  return new ZzzError(
    'ZZZ_REPLY_LENGTH',
    `The reply promised ${length} bytes of body, its stream gave ${sent}`,
  )
}
