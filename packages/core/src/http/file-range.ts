import { type FileHandle, open } from 'node:fs/promises'
import { checkOptions, type OptionRules } from '../internal/options.ts'

const chunkSize = 64 * 1024

/** A reply body that is a range of a file: its length is known, its bytes are read as the client takes them. */
export interface FileRange extends AsyncIterable<Uint8Array> {
  readonly kind: 'file'
  readonly file: FileHandle
  /** First byte. */
  readonly start: number
  /** Number of bytes. */
  readonly length: number
  /** Closes the file; the server calls it once, whether the bytes were sent or not. */
  close(): Promise<void>
}

/** Options of `fileRange`: the first byte (default 0), and how many (default: to the end). */
export interface FileRangeOptions {
  start?: number | undefined
  length?: number | undefined
}

const bytesRule = [
  'a number of bytes',
  (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
] as const

const optionRules: OptionRules<FileRangeOptions> = { start: bytesRule, length: bytesRule }

/**
 * Opens a file as a reply body. Rejects with Node's error when it cannot be opened or is no regular file, and with
 * `ZZZ_OPTION_INVALID`.
 */
export async function fileRange(path: string, options: FileRangeOptions = {}): Promise<FileRange> {
  checkOptions('fileRange', options, optionRules)
  const file = await open(path, 'r')
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw Object.assign(new Error(`${path} is not a regular file`), { code: 'EISDIR' })
    const start = Math.min(options.start ?? 0, stat.size)
    const length = Math.min(options.length ?? stat.size, stat.size - start)
    const range: FileRange = {
      kind: 'file',
      file,
      start,
      length,
      close: () => file.close(),
      [Symbol.asyncIterator]: () => readRange(range),
    }
    return range
  } catch (error) {
    await file.close()
    throw error
  }
}

async function* readRange(range: FileRange): AsyncGenerator<Uint8Array> {
  let position = range.start
  const end = range.start + range.length
  while (position < end) {
    // A fresh buffer each time: the socket may still be sending the last one.
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkSize, end - position))
    const { bytesRead } = await range.file.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead)
  }
}
