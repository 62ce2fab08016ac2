import { ZzzError } from '../../../errors.ts'
import type { BodyProducer } from '../../../http/body-producer.ts'
import type { Output } from './output.ts'

/** A body that is still to be sent after the head was. */
export interface Pending {
  readonly producer: BodyProducer
  readonly chunked: boolean
  /** Bytes promised by the head; undefined when it promised none. */
  readonly length: number | undefined
}

/**
 * Sends a streamed body no faster than the client takes it, adding its bytes (without framing) to `count`. Resolves with
 * false when `wanted` says that the connection is gone. Rejects with the producer's error, or with `ZZZ_REPLY_LENGTH`
 * when the bytes are not those that the head promised; the reply is broken then.
 */
export async function pump(
  output: Output,
  { producer, chunked, length }: Pending,
  count: { bytes: number },
  wanted: () => boolean,
): Promise<boolean> {
  for (;;) {
    const piece = await producer.next()
    if (!wanted()) return false
    if (piece === null) break
    const size = typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
    if (size === 0) continue
    count.bytes += size
    if (length !== undefined && count.bytes > length) throw wrongLength(length, 'more')
    if (chunked) output.text(`${size.toString(16)}\r\n`)
    if (producer.taken !== undefined && typeof piece !== 'string') {
      if (await output.handOver(piece, chunked ? '\r\n' : '')) producer.taken()
    } else {
      await write(output, piece, chunked)
    }
    if (!wanted()) return false
  }
  if (length !== undefined && count.bytes < length) throw wrongLength(length, `only ${count.bytes}`)
  if (chunked) output.text('0\r\n\r\n')
  return true
}

async function write(output: Output, piece: Uint8Array | string, chunked: boolean): Promise<void> {
  output.data(piece)
  if (chunked) output.text('\r\n')
  output.flush()
  if (output.blocked) await output.drained()
}

function wrongLength(length: number, sent: string): ZzzError {
  return new ZzzError(
    'ZZZ_REPLY_LENGTH',
    `The reply promised ${length} bytes of body, its stream gave ${sent}`,
  )
}
