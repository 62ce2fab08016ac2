import { ZzzError } from '../../errors.ts'
import { HeaderList } from '../header-list.ts'
import { notModifiedReply } from '../not-modified.ts'
import { checkPreconditions, hasConditions, isRangeCurrent, type Validators } from '../preconditions.ts'
import { Reply } from '../reply.ts'
import type { Request } from '../request.ts'
import { type ByteRange, contentRange, parseByteRanges } from './byte-ranges.ts'
import type { FileDescriptor } from './file-descriptor.ts'
import { rangeOf } from './file-range.ts'
import { multipartRanges } from './multipart-ranges.ts'

/** A file as clients see it. */
export interface Representation extends Validators {
  readonly size: number
  readonly type: string
  /** The headers of the plain 200, content type included: checked names and values in turn. */
  readonly headers: readonly string[]
}

/** What of a file a request gets. */
export type Selection = 'whole' | 'not-modified' | readonly ByteRange[]

/**
 * Decides by the conditions and the range of a request what it gets of a file (RFC 9110 sections 13 and 14). Throws
 * `ZZZ_PRECONDITION_FAILED` (412) and `ZZZ_RANGE_UNSATISFIABLE` (416, with the size in `Content-Range`).
 */
export function selectParts(request: Request, file: Representation): Selection {
  if (!hasConditions(request)) return 'whole'
  const verdict = checkPreconditions(request, file)
  if (verdict === 'not-modified') return verdict
  if (verdict === 'failed') {
    throw new ZzzError(
      'ZZZ_PRECONDITION_FAILED',
      `${request.path} is not in the state that the request is for`,
    )
  }
  const range = request.method === 'GET' ? request.headers.get('range') : undefined
  if (range === undefined || !isRangeCurrent(request, file)) return 'whole'
  const ranges = parseByteRanges(range, file.size)
  if (ranges?.length === 0) throw unsatisfiable(request, file)
  return ranges ?? 'whole'
}

/**
 * The reply that carries what was selected. `content` is the whole content, or the open file, which belongs to the
 * reply from here on; it is not needed for `not-modified` and for HEAD.
 */
export function fileReply(
  request: Request,
  file: Representation,
  selection: Selection,
  content: Uint8Array | FileDescriptor | undefined,
): Reply {
  const headers = HeaderList.unchecked(file.headers.slice())
  if (selection === 'not-modified') return notModifiedReply({ headers, size: file.size })
  if (request.method === 'HEAD' || content === undefined) {
    headers.flat.push('content-length', String(file.size))
    return new Reply(200, null, headers)
  }
  if (selection === 'whole') return new Reply(200, cut(content, 0, file.size), headers)
  if (selection.length > 1) return multipartReply(file, selection, content, headers)
  const range = selection[0] as ByteRange
  headers.set('content-range', contentRange(range, file.size))
  return new Reply(206, cut(content, range.first, range.last - range.first + 1), headers)
}

function multipartReply(
  file: Representation,
  ranges: readonly ByteRange[],
  content: Uint8Array | FileDescriptor,
  headers: HeaderList,
): Reply {
  const { body, length, type } = multipartRanges({ content, size: file.size, type: file.type }, ranges)
  headers.set('content-type', type)
  headers.set('content-length', String(length))
  return new Reply(206, body, headers)
}

function cut(content: Uint8Array | FileDescriptor, start: number, length: number) {
  if (!(content instanceof Uint8Array)) return rangeOf(content, start, length)
  return length === content.length ? content : content.subarray(start, start + length)
}

function unsatisfiable(request: Request, { size }: Representation): ZzzError {
  return new ZzzError(
    'ZZZ_RANGE_UNSATISFIABLE',
    `${request.path} has ${size} bytes, and none of the ranges asked for, or too many were`,
    { headers: { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' } },
  )
}
