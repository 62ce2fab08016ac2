import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { ReplyPlan } from './reply-plan.ts'
import type { ReplyTarget } from './reply-target.ts'

/** A reply over a stream of HTTP/2. */
export function http2Target(stream: ServerHttp2Stream): ReplyTarget {
  let sent = () => {}
  // A stream that has ended both ways at once is closed without a `finish`.
  stream.once('close', () => {
    if (stream.headersSent && stream.writableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR) sent()
  })
  return {
    stream,
    keepAlive: true,
    get headSent() {
      return stream.headersSent
    },
    continue: () => stream.additionalHeaders({ ':status': 100 }),
    head(plan) {
      stream.respond(toHeaders(plan), { endStream: plan.body === null })
      // Node ends a stream for HEAD before anybody has answered, so its `finish` says nothing.
      if (stream.writableFinished) setImmediate(sent)
      else stream.once('finish', sent)
    },
    flushHead() {},
    whenSent(done) {
      sent = done
    },
  }
}

/** The fields as Node takes them; several lines of one name become a list. */
function toHeaders({ status, headers, length }: ReplyPlan): OutgoingHttpHeaders {
  const fields: Record<string, number | string | string[]> = { __proto__: null as never, ':status': status }
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const value = headers[i + 1] as string
    const before = fields[name] as string | string[] | undefined
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  if (length !== undefined) fields['content-length'] = length
  return fields
}
