import type { FileRange } from '../../../http/file/file-range.ts'
import { parseContentLength } from '../../../http/framing.ts'
import { isFileRange, type Reply, type ReplyBody, type StreamBody } from '../../../http/reply.ts'
import { isBodyless } from '../../../http/status.ts'

/** A body that is written at once; text is ASCII, which is the same bytes in Latin-1, as heads are written. */
export type WholeBody = null | string | Uint8Array

/** A body that is written piece by piece. */
export type LongBody = Uint8Array | StreamBody | FileRange

/** What of a reply goes over the wire. */
export interface ReplyPlan {
  readonly status: number
  /** The plan's own list of header lines, without those about framing and the connection, which are the server's. */
  readonly headers: string[]
  /** The body to send; null when none may be sent or there is none. */
  readonly body: WholeBody | LongBody
  /** Value of `Content-Length`; undefined when there is none. */
  readonly length: number | undefined
  /** True when the end of the body must be marked by chunks, or in HTTP/1.0 by closing. */
  readonly openEnded: boolean
  /** The protocol that a reply names because it was not asked for; undefined for most. */
  readonly upgrade: string | undefined
  /** True when the handler asks to close the connection. */
  readonly close: boolean
}

/** Small enough that a client that takes its reply slowly is seen to take it. */
export const sliceSize: number = 16 * 1024

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

/** Decides framing and body of a reply to a request with `method` (RFC 9110 section 6.4, RFC 9112 section 6). */
export function planReply(reply: Reply, method: string, upgrade?: string): ReplyPlan {
  const { statusCode: status } = reply
  const { flat } = reply.headers
  const headers = withoutServerFields(flat)
  const said = headers.length === flat.length ? undefined : reply.headers
  const body = toWire(reply.body)
  const length = lengthOf(body, status, method, said?.get('content-length'))
  const isSent = body !== null && method !== 'HEAD' && !isBodyless(status)
  return {
    status,
    headers,
    body: isSent ? body : null,
    length,
    openEnded: isSent && length === undefined,
    upgrade,
    close: said?.get('connection')?.toLowerCase() === 'close',
  }
}

/** True for a body that is written at once. */
export function isWhole(body: ReplyPlan['body']): body is WholeBody {
  if (body === null || typeof body === 'string') return true
  return body instanceof Uint8Array && body.length <= sliceSize
}

function withoutServerFields(flat: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!serverFields.has(flat[i] as string)) kept.push(flat[i] as string, flat[i + 1] as string)
  }
  return kept
}

function toWire(body: ReplyBody): ReplyPlan['body'] {
  if (typeof body !== 'string') return body as ReplyPlan['body']
  const isShortAscii = body.length <= sliceSize && Buffer.byteLength(body) === body.length
  return isShortAscii ? body : Buffer.from(body)
}

/** `Content-Length`, as far as there is one: 204 has none, 205 says 0, 304 and HEAD may repeat what a GET would say. */
function lengthOf(
  body: ReplyPlan['body'],
  status: number,
  method: string,
  declared: string | undefined,
): number | undefined {
  if (status === 204) return undefined
  if (status === 205 || (body === null && method !== 'HEAD' && status !== 304)) return 0
  const length = knownLength(body, declared)
  return length === undefined && body === null && status !== 304 ? 0 : length
}

/** The length of a body that knows its own; else what the handler declared, if that is a length. */
function knownLength(body: ReplyPlan['body'], declared: string | undefined): number | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) return body.length
  if (body !== null && isFileRange(body)) return body.length
  const length = declared === undefined ? -1 : parseContentLength(declared)
  return length === -1 ? undefined : length
}
