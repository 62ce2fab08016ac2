import { ZzzError } from '../errors.ts'
import { isPromise, type MaybePromise } from '../internal/maybe-promise.ts'
import { Pieces } from './pieces.ts'

/** The bytes of one request body, pulled by its reader. Back ends and web requests implement it. */
export interface BodySource extends AsyncIterable<Uint8Array> {
  /** The declared length in bytes, undefined when it is only known at the end. */
  readonly length: number | undefined
  /** True once something was read or given up: what comes now is not the whole body any more. */
  readonly disturbed: boolean
  /**
   * The next bytes, or null after the last; at once when they are here already. Rejects with a typed error when the
   * body breaks off, is malformed, too large or too slow. One call at a time.
   */
  read(): MaybePromise<Uint8Array | null>
  /** Says that nobody wants the rest; the back end drains it up to a bound or closes the connection. */
  cancel(): void
}

/**
 * Reads a source to its end, at once where all of it has arrived. Rejects with `ZZZ_BODY_TOO_LARGE` beyond `limit` bytes.
 */
export function collect(source: BodySource, limit: number): MaybePromise<Uint8Array> {
  if (source.length !== undefined && source.length > limit) return Promise.reject(tooLarge(source, limit))
  const first = source.read()
  // A small body is one piece, and came with its head.
  if (first instanceof Uint8Array && first.length <= limit) {
    const second = source.read()
    return second === null ? first : collectRest(source, limit, second, first)
  }
  return collectRest(source, limit, first)
}

async function collectRest(
  source: BodySource,
  limit: number,
  next: MaybePromise<Uint8Array | null>,
  first?: Uint8Array,
): Promise<Uint8Array> {
  const pieces = new Pieces()
  if (first !== undefined) pieces.push(first)
  let piece = await next
  while (piece !== null) {
    pieces.push(piece)
    if (pieces.size > limit) throw tooLarge(source, limit)
    const following = source.read()
    piece = isPromise(following) ? await following : following
  }
  return pieces.join()
}

function tooLarge(source: BodySource, limit: number): ZzzError {
  source.cancel()
  return new ZzzError(
    'ZZZ_BODY_TOO_LARGE',
    `The request body is larger than the ${limit} bytes that are taken here`,
  )
}

/** Throws `ZZZ_BODY_CONSUMED` for a source that was read or given up: what is left is not the body. */
export function refuseDisturbed(source: BodySource): void {
  if (!source.disturbed) return
  throw new ZzzError('ZZZ_BODY_CONSUMED', 'The request body was read or given up before; it can be read once')
}

/** The async iterator of a source; leaving the loop early cancels the rest. Throws as `refuseDisturbed` does. */
export function iterateSource(source: BodySource): AsyncIterator<Uint8Array> {
  refuseDisturbed(source)
  return {
    async next() {
      const value = await source.read()
      return value === null ? { done: true, value: undefined } : { done: false, value }
    },
    async return() {
      source.cancel()
      return { done: true, value: undefined }
    },
  }
}

/** A source as a web stream that reads no further than its reader asks. */
export function toWebStream(source: BodySource): ReadableStream<Uint8Array> {
  refuseDisturbed(source)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await source.read()
        if (chunk === null) controller.close()
        else controller.enqueue(chunk)
      },
      cancel: () => source.cancel(),
    },
    { highWaterMark: 0 },
  )
}

/** The body of a request that has none. */
export const emptyBody: BodySource = {
  length: 0,
  disturbed: false,
  read: () => null,
  cancel() {},
  [Symbol.asyncIterator]: () => iterateSource(emptyBody),
}

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): BodySource {
  let left: Uint8Array | null = bytes
  let disturbed = false
  const source: BodySource = {
    length: bytes.length,
    get disturbed() {
      return disturbed
    },
    read() {
      disturbed = true
      const chunk = left
      left = null
      return chunk === null || chunk.length === 0 ? null : chunk
    },
    cancel() {
      disturbed = true
      left = null
    },
    [Symbol.asyncIterator]: () => iterateSource(source),
  }
  return source
}

/** A source over a web stream, as a web `Request` brings it. */
export function webSource(stream: ReadableStream<Uint8Array>): BodySource {
  const reader = stream.getReader()
  let disturbed = false
  const source: BodySource = {
    length: undefined,
    get disturbed() {
      return disturbed
    },
    async read() {
      disturbed = true
      const { done, value } = await reader.read()
      return done ? null : value
    },
    cancel() {
      disturbed = true
      // A stream that failed already rejects the cancellation with the error that `read` reports.
      reader.cancel().catch(() => {})
    },
    [Symbol.asyncIterator]: () => iterateSource(source),
  }
  return source
}
