import { type BodyProducer, slices } from '../../../http/body-producer.ts'
import type { FileRange } from '../../../http/file/file-range.ts'
import { isFileRange, type Reply, type ReplyBody, type StreamBody } from '../../../http/reply.ts'
import type { Request } from '../../../http/request.ts'
import { isBodyless } from '../../../http/status.ts'
import type { Upgrade } from '../../../http/upgrade.ts'
import type { Output } from './output.ts'
import type { Pending } from './pump.ts'
import { type ConnectionOption, replyHead } from './reply-head.ts'

/** Larger bodies are sent in slices, so that a client that stops taking them is noticed. */
const sliceSize = 64 * 1024

/**
 * Writes a reply that is no upgrade. Gives the bytes of its body when all of it is written, else the body that is still
 * to be sent.
 */
export function writeReply(
  output: Output,
  request: Request,
  reply: Reply,
  producer: BodyProducer | undefined,
  close: boolean,
  date: string,
): number | Pending {
  const { body, statusCode: status } = reply
  const connection = connectionOption(request, close)
  if (!hasBody(request, reply)) {
    output.text(replyHead(status, reply.headers, lengthWithoutBody(request, reply), connection, date))
    return 0
  }
  if (typeof body === 'string') return writeText(output, reply, body, connection, date)
  if (producer === undefined) return writeBytes(output, reply, body as Uint8Array | null, connection, date)
  const length = declaredLength(reply)
  const chunked = length === undefined && request.version !== '1.0'
  const framing = chunked
    ? 'transfer-encoding: chunked\r\n'
    : length === undefined
      ? ''
      : `content-length: ${length}\r\n`
  output.text(replyHead(status, reply.headers, framing, connection, date))
  return { producer, chunked, length }
}

/** False for a reply that never has a body, whatever it was made with (RFC 9110 section 6.4.1). */
export function hasBody(request: Request, reply: Reply): boolean {
  return request.method !== 'HEAD' && !isBodyless(reply.statusCode)
}

/** True when only the end of the connection can end the body: an HTTP/1.0 stream of unknown length (RFC 9112 6.3). */
export function endsWithConnection(request: Request, reply: Reply): boolean {
  return request.version === '1.0' && isStream(reply.body) && declaredLength(reply) === undefined
}

/** True for a body that is produced while it is sent. */
export function isStream(body: ReplyBody): body is StreamBody | FileRange | Upgrade {
  return typeof body === 'object' && body !== null && !(body instanceof Uint8Array)
}

function writeText(
  output: Output,
  reply: Reply,
  body: string,
  connection: ConnectionOption,
  date: string,
): number | Pending {
  const length = Buffer.byteLength(body)
  if (length > sliceSize) return writeBytes(output, reply, Buffer.from(body), connection, date)
  const head = replyHead(reply.statusCode, reply.headers, `content-length: ${length}\r\n`, connection, date)
  // Only ASCII takes one byte a character in UTF-8, and ASCII is the same in Latin-1: head and body are one text.
  if (length === body.length) {
    output.text(head + body)
  } else {
    output.text(head)
    output.data(body)
  }
  return length
}

function writeBytes(
  output: Output,
  reply: Reply,
  body: Uint8Array | null,
  connection: ConnectionOption,
  date: string,
): number | Pending {
  const length = body?.length ?? 0
  output.text(replyHead(reply.statusCode, reply.headers, `content-length: ${length}\r\n`, connection, date))
  if (body === null || length === 0) return 0
  if (length > sliceSize) return { producer: slices(body, sliceSize), chunked: false, length }
  output.data(body)
  return length
}

/** `Connection` as far as the version does not imply it. */
function connectionOption(request: Request, close: boolean): ConnectionOption {
  if (close) return 'close'
  return request.version === '1.0' ? 'keep-alive' : ''
}

/** `Content-Length` of a reply without a body: what the GET would have had, where that is known (RFC 9110 8.6). */
function lengthWithoutBody(request: Request, reply: Reply): string {
  const { body, statusCode: status } = reply
  if (status < 200 || status === 204) return ''
  if (status === 205) return 'content-length: 0\r\n'
  const length =
    typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : undefined
  const known = length ?? declaredLength(reply)
  if (known !== undefined && (request.method === 'HEAD' || body === null))
    return `content-length: ${known}\r\n`
  return body === null && request.method === 'HEAD' ? 'content-length: 0\r\n' : ''
}

function declaredLength(reply: Reply): number | undefined {
  if (isFileRange(reply.body)) return reply.body.length
  const declared = reply.headers.get('content-length')
  return declared !== undefined && /^\d{1,15}$/.test(declared) ? Number(declared) : undefined
}
