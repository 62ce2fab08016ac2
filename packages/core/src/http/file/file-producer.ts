import { reportError } from '../../internal/report.ts'
import type { BodyProducer } from '../body-producer.ts'
import { type FileRange, fileEnded } from './file-range.ts'

/** Each read is a trip to the thread pool, so it is a large one. */
const readSize = 256 * 1024
/** Pieces are smaller, so that a slow client is seen to move. */
const pieceSize = 64 * 1024

/**
 * The bytes of a range of a file. One buffer serves for the whole range where the caller says when it is free again:
 * fresh ones would make the garbage collector run every few files.
 */
export function fileProducer(range: FileRange): BodyProducer {
  const { file, start, length } = range
  const end = start + length
  let position = start
  let buffer: Buffer = Buffer.alloc(0)
  /** What of the buffer holds bytes that were not given yet. */
  let given = 0
  let filled = 0
  let reusable = false
  let closed = false

  async function fill(): Promise<void> {
    const size = Math.min(readSize, end - position)
    if (!reusable || buffer.length < size) buffer = Buffer.allocUnsafeSlow(size)
    reusable = false
    given = 0
    filled = await file.read(buffer.subarray(0, size), 0, position)
    if (filled === 0) throw fileEnded(position, end)
    position += filled
  }

  function close(): void {
    if (closed) return
    closed = true
    range.close().catch((error: unknown) => reportError(error, 'Closing a file failed'))
  }

  return {
    async next() {
      if (given === filled && position < end) await fill()
      if (given === filled) {
        close()
        return null
      }
      const piece = buffer.subarray(given, Math.min(given + pieceSize, filled))
      given += piece.length
      return piece
    },
    taken() {
      reusable = given === filled
    },
    cancel: close,
  }
}
