import { wholeReplyKey } from '../context/keys.ts'
import type { Middleware } from '../context/middleware.ts'
import { fingerprint } from '../http/entity-tag.ts'
import { toNotModified } from '../http/not-modified.ts'
import { isNotModified } from '../http/preconditions.ts'
import type { Reply } from '../http/reply.ts'
import { mapMaybe } from '../internal/maybe-promise.ts'

/**
 * Gives replies to GET and HEAD a strong entity tag, the hash of their body, and answers 304 where the client has that
 * body already (RFC 9110 sections 8.8.3 and 13.1.2). The handler runs all the same: what is saved is the way to the
 * client. Only 200 with a body at hand is tagged: no streams, nothing that says `no-store`. A reply with a tag or a
 * `Last-Modified` of its own keeps it, and is answered 304 by that, streams included.
 *
 * ```ts
 * createApp({ use: [compress(), etag()], routes })
 * ```
 */
export function etag(): Middleware {
  return function etag(ctx, next) {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    const weigh = ctx.find(wholeReplyKey) !== true
    return mapMaybe(next(), (reply) => {
      if (reply.statusCode !== 200) return reply
      tag(reply)
      return weigh && isNotModified(ctx.request, reply.headers) ? toNotModified(reply) : reply
    })
  }
}

function tag({ headers, body }: Reply): void {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return
  if (headers.has('etag') || /\bno-store\b/i.test(headers.get('cache-control') ?? '')) return
  headers.set('etag', `"${fingerprint(body)}"`)
}
