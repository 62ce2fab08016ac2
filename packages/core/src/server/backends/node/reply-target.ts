import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { reasonPhrase } from '../../../http/status.ts'
import type { ReplyPlan } from './reply-plan.ts'

/** Where a reply goes: a response of HTTP/1.1, or a stream of HTTP/2. */
export interface ReplyTarget {
  /** Takes the body. */
  readonly stream: Writable
  /** True when the protocol below lets the connection live on. */
  readonly keepAlive: boolean
  /** True once the head was written. */
  readonly headSent: boolean
  /** Tells the client to send its body. */
  continue(): void
  /**
   * Writes the head; `connection` is the value of that field, for the protocol that has it. Throws, with nothing
   * written, when a header cannot be sent.
   */
  head(plan: ReplyPlan, connection: string | undefined, version: string): void
  /** Sends the head now, since the body takes its time. */
  flushHead(): void
  /** Calls back when the last byte was handed to the operating system. */
  whenSent(done: () => void): void
}

/** A reply over HTTP/1.1. */
export function http1Target(response: ServerResponse): ReplyTarget {
  return {
    stream: response,
    get keepAlive() {
      return response.shouldKeepAlive
    },
    get headSent() {
      return response.headersSent
    },
    continue: () => response.writeContinue(),
    head(plan, connection, version) {
      const headers = [...plan.headers]
      if (plan.length !== undefined) headers.push('content-length', String(plan.length))
      else if (plan.openEnded && version !== '1.0') headers.push('transfer-encoding', 'chunked')
      if (connection !== undefined) headers.push('connection', connection)
      // Without these two, Node would add a Connection of its own, and chunks for an HTTP/1.0 client that sent TE.
      response.removeHeader('connection')
      response.useChunkedEncodingByDefault = false
      response.writeHead(plan.status, reasonPhrase(plan.status), headers)
    },
    flushHead: () => response.flushHeaders(),
    whenSent: (done) => void response.on('finish', done),
  }
}
