import { ZzzError } from '../../../errors.ts'
import type { FileRange } from '../../../http/file-range.ts'
import { parseContentLength } from '../../../http/framing.ts'
import { isFileRange, type Reply, type ReplyBody, type StreamBody } from '../../../http/reply.ts'
import { isBodyless } from '../../../http/status.ts'

/** What of a reply goes over the wire. */
export interface ReplyPlan {
  readonly status: number
  /** Header lines without those about framing and the connection, which are the server's. */
  readonly headers: readonly string[]
  /** The body to send; null when none may be sent or there is none. */
  readonly body: null | Uint8Array | StreamBody | FileRange
  /** Value of `Content-Length`; undefined when there is none. */
  readonly length: number | undefined
  /** True when the end of the body must be marked by chunks, or in HTTP/1.0 by closing. */
  readonly openEnded: boolean
  /** True when the handler asks to close the connection. */
  readonly close: boolean
}

/** Fields between two hops (RFC 9110 section 7.6.1): a handler's word on them is dropped. */
const serverFields = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Decides status, framing and body of a reply to a request with `method` (RFC 9110 section 6.4, RFC 9112 section 6).
 * Throws `ZZZ_STATUS_INVALID` for a 1xx status, which is no final answer.
 */
export function planReply(reply: Reply, method: string): ReplyPlan {
  const { statusCode: status, headers } = reply
  if (status < 200) throw new ZzzError('ZZZ_STATUS_INVALID', `A handler cannot answer with status ${status}`)
  const common = {
    status,
    headers: withoutServerFields(headers.flat),
    close: headers.get('connection')?.toLowerCase() === 'close',
  }
  const body = toBytes(reply.body)
  const length = knownLength(body, headers.get('content-length'))
  if (isBodyless(status)) {
    return { ...common, body: null, length: lengthOfBodyless(status, length), openEnded: false }
  }
  if (method === 'HEAD')
    return { ...common, body: null, length: length ?? (body === null ? 0 : undefined), openEnded: false }
  if (body === null) return { ...common, body, length: 0, openEnded: false }
  return { ...common, body, length, openEnded: length === undefined }
}

function toBytes(body: ReplyBody): ReplyPlan['body'] {
  return typeof body === 'string' ? Buffer.from(body) : (body as ReplyPlan['body'])
}

/** The length of a body that knows its own; else what the handler declared, if that is a length. */
function knownLength(body: ReplyPlan['body'], declared: string | undefined): number | undefined {
  if (body instanceof Uint8Array) return body.length
  if (body !== null && isFileRange(body)) return body.length
  const length = declared === undefined ? -1 : parseContentLength(declared)
  return length === -1 ? undefined : length
}

/** 204 has no Content-Length, 205 says 0, 304 may repeat what the 200 would say (RFC 9110 section 8.6). */
function lengthOfBodyless(status: number, length: number | undefined): number | undefined {
  if (status === 205) return 0
  return status === 304 ? length : undefined
}

function withoutServerFields(flat: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!serverFields.has(flat[i] as string)) kept.push(flat[i] as string, flat[i + 1] as string)
  }
  return kept
}
