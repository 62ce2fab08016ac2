import { ZzzError } from '../../errors.ts'
import { openBody } from '../../http/body-producer.ts'
import type { FileRange } from '../../http/file-range.ts'
import { discardBody, isUpgrade, type Reply, type ReplyBody, type StreamBody } from '../../http/reply.ts'
import { reportError } from '../../internal/report.ts'

/**
 * Adds markup to the end of a reply's HTML, whatever it comes as; a reply without content gets it as its content. What has
 * content of another type cannot carry it. Throws `ZZZ_HTMX_ENCODED` for HTML that was compressed already.
 */
export function appendParts(reply: Reply, parts: string): void {
  const { body, headers, statusCode } = reply
  if (body === null) {
    if (statusCode !== 200 && statusCode !== 204) return
    reply.status(200).header('content-type', 'text/html; charset=utf-8').body = parts
    return
  }
  if (isUpgrade(body) || statusCode === 206 || !headers.get('content-type')?.startsWith('text/html')) return
  if (headers.has('content-encoding')) throw encoded(body)
  reply.body = joined(body, parts)
  // These are about the content without them.
  for (const name of ['etag', 'last-modified', 'content-length', 'accept-ranges']) headers.delete(name)
}

function joined(body: Exclude<ReplyBody, null | { kind: 'upgrade' }>, parts: string): ReplyBody {
  if (typeof body === 'string') return body + parts
  return body instanceof Uint8Array ? Buffer.concat([body, Buffer.from(parts)]) : followedBy(body, parts)
}

/** A stream, and a piece behind it. Nothing is opened before the first piece is asked for. */
function followedBy(body: StreamBody | FileRange, last: string): StreamBody {
  return {
    [Symbol.asyncIterator]() {
      const source = openBody(body)
      let rest: string | undefined = last
      return {
        async next() {
          const piece = await source.next()
          if (piece !== null) return { done: false, value: piece }
          const value = rest
          rest = undefined
          return value === undefined ? { done: true, value } : { done: false, value }
        },
        async return() {
          rest = undefined
          source.cancel()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

function encoded(body: ReplyBody): ZzzError {
  discardBody(body).catch((error: unknown) => reportError(error, 'Closing a compressed body failed'))
  return new ZzzError(
    'ZZZ_HTMX_ENCODED',
    'htmx, oob: the reply was compressed before the parts could be added. Put compress() before htmx() in the list of middleware',
  )
}
