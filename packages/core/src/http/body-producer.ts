import { reportError } from '../internal/report.ts'
import { refuseDisturbed } from './body-source.ts'
import { fileProducer } from './file/file-producer.ts'
import type { FileRange } from './file/file-range.ts'
import { IncomingBody } from './incoming-body.ts'
import { isFileRange, type StreamBody } from './reply.ts'

/** The producing side of a streamed reply, whatever it came as. */
export interface BodyProducer {
  /** The next piece, or null after the last. Rejects when the source fails. */
  next(): Promise<Uint8Array | string | null>
  /**
   * Says that the operating system has all pieces given so far, so that their memory may serve for the next ones. A
   * caller that does not know when that is never calls it.
   */
  taken?(): void
  /** Ends the source early and frees what it holds. Safe at any time, also while `next` is pending, and repeatedly. */
  cancel(): void
}

/** Opens a streamed body. A web stream is read by a reader, since only that can be cancelled while a read is pending. */
export function openBody(body: StreamBody | FileRange): BodyProducer {
  if (isFileRange(body)) return fileProducer(body)
  if (body instanceof IncomingBody) return fromRequest(body)
  if (body instanceof ReadableStream) return fromWebStream(body as ReadableStream<Uint8Array | string>)
  return fromIterator(body)
}

/**
 * Opens a streamed body and asks for its first piece at once. To be called before the head is written: a body that reads
 * the request's body makes `100 Continue` go out first then.
 */
export function startBody(body: StreamBody | FileRange): BodyProducer {
  const producer = openBody(body)
  let first: Promise<Uint8Array | string | null> | undefined = producer.next()
  // Whoever asks for it hears of its failure; nobody may ask when the client is gone before.
  first.catch(() => {})
  return {
    ...producer,
    next() {
      const piece = first ?? producer.next()
      first = undefined
      return piece
    },
  }
}

/** What a request brought is sent back as it is, so that nobody but the reply sees its bytes. */
function fromRequest(body: IncomingBody): BodyProducer {
  refuseDisturbed(body)
  return {
    async next() {
      return body.read()
    },
    taken: () => body.free(),
    cancel: () => body.cancel(),
  }
}

function fromWebStream(stream: ReadableStream<Uint8Array | string>): BodyProducer {
  const reader = stream.getReader()
  return {
    async next() {
      const { done, value } = await reader.read()
      return done ? null : value
    },
    cancel() {
      reader.cancel().catch((error: unknown) => reportError(error, 'Cancelling a reply stream failed'))
    },
  }
}

function fromIterator(body: StreamBody): BodyProducer {
  const iterator = body[Symbol.asyncIterator]()
  let open = true
  const close = () => {
    if (!open) return
    open = false
    release(body, iterator).catch((error: unknown) => reportError(error, 'Closing a reply stream failed'))
  }
  return {
    async next() {
      const { done, value } = await iterator.next()
      if (done !== true) return value
      close()
      return null
    },
    cancel: close,
  }
}

/** A node stream is destroyed, a generator told to return; each frees what it holds. */
async function release(body: StreamBody, iterator: AsyncIterator<unknown>): Promise<void> {
  const destroy = (body as { destroy?: unknown }).destroy
  if (typeof destroy === 'function') destroy.call(body)
  else await iterator.return?.()
}

/** Bytes in memory as pieces that a slow client can be watched taking. */
export function slices(bytes: Uint8Array, size: number): BodyProducer {
  let position = 0
  return {
    async next() {
      if (position >= bytes.length) return null
      const piece = bytes.subarray(position, position + size)
      position += piece.length
      return piece
    },
    cancel() {
      position = bytes.length
    },
  }
}
