import { randomBytes } from 'node:crypto'
import { reportError } from '../../internal/report.ts'
import type { StreamBody } from '../reply.ts'
import { type ByteRange, contentRange } from './byte-ranges.ts'
import type { FileDescriptor } from './file-descriptor.ts'
import { readRange } from './file-range.ts'

/** Several parts of a file as one body, `multipart/byteranges` (RFC 9110 section 14.6). */
export interface MultipartRanges {
  /** Its content type, with the boundary. */
  readonly type: string
  readonly length: number
  readonly body: Uint8Array | StreamBody
}

/** What the parts are cut from. */
export interface RangedFile {
  /** The whole content, or the open file, which belongs to the body from here on. */
  readonly content: Uint8Array | FileDescriptor
  readonly size: number
  readonly type: string
}

/** Puts parts of a file into one body; those of an open file are read as the client takes them. */
export function multipartRanges(file: RangedFile, ranges: readonly ByteRange[]): MultipartRanges {
  const boundary = randomBytes(16).toString('hex')
  const heads = ranges.map((range, index) => {
    const line = `${index === 0 ? '' : '\r\n'}--${boundary}\r\n`
    return `${line}content-type: ${file.type}\r\ncontent-range: ${contentRange(range, file.size)}\r\n\r\n`
  })
  const end = `\r\n--${boundary}--\r\n`
  const parts = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  return {
    type: `multipart/byteranges; boundary=${boundary}`,
    length: parts + heads.join('').length + end.length,
    body: toBody(file.content, ranges, heads, end),
  }
}

function toBody(
  content: Uint8Array | FileDescriptor,
  ranges: readonly ByteRange[],
  heads: readonly string[],
  end: string,
): Uint8Array | StreamBody {
  if (!(content instanceof Uint8Array)) return streamed(content, ranges, heads, end)
  const parts = ranges.flatMap(({ first, last }, index) => [
    Buffer.from(heads[index] as string, 'latin1'),
    content.subarray(first, last + 1),
  ])
  return Buffer.concat([...parts, Buffer.from(end)])
}

/** A generator that never started runs no `finally`, so whoever gives the body up destroys it instead. */
function streamed(
  file: FileDescriptor,
  ranges: readonly ByteRange[],
  heads: readonly string[],
  end: string,
): StreamBody & { destroy(): void } {
  return {
    async *[Symbol.asyncIterator]() {
      for (const [index, { first, last }] of ranges.entries()) {
        yield heads[index] as string
        yield* readRange(file, first, last - first + 1)
      }
      yield end
    },
    destroy() {
      file.close().catch((error: unknown) => reportError(error, 'Closing a file failed'))
    },
  }
}
