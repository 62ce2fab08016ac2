import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { ReplyPlan, WholeBody } from './reply-plan.ts'
import type { ReplyTarget } from './reply-target.ts'

/** A reply over a stream of HTTP/2. */
export class Http2Target implements ReplyTarget {
  readonly stream: ServerHttp2Stream
  readonly keepAlive = true
  #sent = () => {}

  constructor(stream: ServerHttp2Stream) {
    this.stream = stream
  }

  get gone(): boolean {
    return this.stream.closed || this.stream.destroyed
  }

  get headSent(): boolean {
    return this.stream.headersSent
  }

  continue(): void {
    this.stream.additionalHeaders({ ':status': 100 })
  }

  whenSent(done: () => void): void {
    this.#sent = done
  }

  /** To be called when the stream closes: one that has ended both ways at once gets there without a `finish`. */
  closed(): void {
    const { headersSent, writableEnded, rstCode } = this.stream
    if (headersSent && writableEnded && rstCode === constants.NGHTTP2_NO_ERROR) this.#sent()
  }

  head(plan: ReplyPlan): void {
    this.stream.respond(toHeaders(plan), { endStream: plan.body === null })
    // Node ends a stream for HEAD before anybody has answered, so its `finish` says nothing.
    if (this.stream.writableFinished) setImmediate(this.#sent)
    else this.stream.on('finish', this.#sent)
  }

  flushHead(): void {}

  end(body: WholeBody): void {
    if (body === null || body.length === 0) this.stream.end()
    else this.stream.end(body, 'latin1')
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
