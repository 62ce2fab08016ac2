import type { Writable } from 'node:stream'
import type { HttpVersion } from '../../../http/request.ts'
import type { ReplyPlan, WholeBody } from './reply-plan.ts'

/** Where a reply goes: a response of HTTP/1.1, or a stream of HTTP/2. */
export interface ReplyTarget {
  /** Takes a body piece by piece. */
  readonly stream: Writable
  /** True when the protocol below lets the connection live on. */
  readonly keepAlive: boolean
  /** True when the client takes no reply any more. */
  readonly gone: boolean
  /** True once the head was written. */
  readonly headSent: boolean
  /** Tells the client to send its body. */
  continue(): void
  /** Calls back when the last byte was handed to the operating system. */
  whenSent(done: () => void): void
  /**
   * Writes the head, and in it for a client of `version` whether the connection lives on. Throws, with nothing written,
   * when a header cannot be sent.
   */
  head(plan: ReplyPlan, keepAlive: boolean, version: HttpVersion): void
  /** Sends the head now, since the body takes its time. */
  flushHead(): void
  /** Sends a whole body and ends the reply. */
  end(body: WholeBody): void
}
