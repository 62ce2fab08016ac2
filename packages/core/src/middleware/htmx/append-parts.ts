import { ZzzError } from '../../errors.ts'
import { openBody } from '../../http/body-producer.ts'
import type { FileRange } from '../../http/file/file-range.ts'
import { discardBody, isUpgrade, type Reply, type ReplyBody, type StreamBody } from '../../http/reply.ts'
import { reportError } from '../../internal/report.ts'

/** What stands for no content beside parts: htmx 2 and 4 skip the swap of a reply in which nothing else is left. */
const nothing = '<template></template>'

/** Ways to swap that do nothing to the target when there is no content. */
const changesNothing = /^(?:none|beforebegin|afterbegin|beforeend|afterend)\b/

/**
 * Adds markup to the end of a reply's HTML, whatever it comes as; a reply without content gets it as its content. What has
 * content of another type cannot carry it. Throws `ZZZ_HTMX_ENCODED` for HTML that was compressed already.
 *
 * A 204 leaves its target alone, with parts too, unless `reswap` says a way to swap; any other reply without content is
 * swapped in: the target is emptied or deleted.
 */
export function appendParts(reply: Reply, parts: string, reswap: string | undefined): void {
  const { body, headers, statusCode } = reply
  if (body === null) {
    if (statusCode !== 200 && statusCode !== 204) return
    const swapped = reswap !== undefined || statusCode === 200
    reply.status(200).header('content-type', 'text/html; charset=utf-8')
    reply.body = swapped ? nothingFor(reswap) + parts : parts
    return
  }
  if (isUpgrade(body) || statusCode === 206 || !headers.get('content-type')?.startsWith('text/html')) return
  if (headers.has('content-encoding')) throw encoded(body)
  reply.body = isEmpty(body) ? nothingFor(reswap) + parts : joined(body, parts)
  // These are about the content without them.
  for (const name of ['etag', 'last-modified', 'content-length', 'accept-ranges']) headers.delete(name)
}

function nothingFor(reswap: string | undefined): string {
  return reswap !== undefined && changesNothing.test(reswap) ? '' : nothing
}

function isEmpty(body: ReplyBody): boolean {
  return body === '' || (body instanceof Uint8Array && body.length === 0)
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
