import { ZzzError } from '../../errors.ts'
import { bytesRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import type { FileDescriptor } from './file-descriptor.ts'
import { openFile } from './open-file.ts'

const chunkSize = 64 * 1024

/** A reply body that is a range of a file: its length is known, its bytes are read as the client takes them. */
export interface FileRange extends AsyncIterable<Uint8Array> {
  readonly kind: 'file'
  readonly file: FileDescriptor
  /** First byte. */
  readonly start: number
  /** Number of bytes. */
  readonly length: number
  /** Closes the file; the server calls it once, whether the bytes were sent or not. */
  close(): Promise<void>
}

/** Options of `fileRange`, in bytes. */
export interface FileRangeOptions {
  /** The first byte. Default 0. */
  start?: number | undefined
  /** How many. Default: to the end. */
  length?: number | undefined
}

const optionRules: OptionRules<FileRangeOptions> = { start: bytesRule, length: bytesRule }

/**
 * Opens a file as a reply body. Rejects with Node's error when it cannot be opened or is no regular file, and with
 * `ZZZ_OPTION_INVALID`. A file that shrinks while it is sent breaks the reply off with `ZZZ_FILE_CHANGED`.
 */
export async function fileRange(path: string, options: FileRangeOptions = {}): Promise<FileRange> {
  checkOptions('fileRange', options, optionRules)
  const { content, stamp } = await openFile(path, { inMemory: -1, followLink: true })
  const start = Math.min(options.start ?? 0, stamp.size)
  const length = Math.min(options.length ?? stamp.size, stamp.size - start)
  return rangeOf(content as FileDescriptor, start, length)
}

/** A range of a file that is open already, which belongs to the range from here on. */
export function rangeOf(file: FileDescriptor, start: number, length: number): FileRange {
  return {
    kind: 'file',
    file,
    start,
    length,
    close: () => file.close(),
    [Symbol.asyncIterator]: () => readRange(file, start, length),
  }
}

/** The bytes of a range, piece by piece. Throws `ZZZ_FILE_CHANGED` when the file ends before them. */
export async function* readRange(
  file: FileDescriptor,
  start: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  let position = start
  const end = start + length
  while (position < end) {
    // A fresh buffer each time: the socket may still be sending the last one.
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkSize, end - position))
    const count = await file.read(buffer, 0, position)
    if (count === 0) throw fileEnded(position, end)
    position += count
    yield count === buffer.length ? buffer : buffer.subarray(0, count)
  }
}

/** A file that ended while there were bytes to send. */
export function fileEnded(position: number, end: number): ZzzError {
  return new ZzzError('ZZZ_FILE_CHANGED', `A file ended at byte ${position} while it was sent to byte ${end}`)
}
