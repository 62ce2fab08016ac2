import type { Socket } from 'node:net'
import type { ZzzError } from '../../../errors.ts'
import { type BodyProducer, startBody } from '../../../http/body-producer.ts'
import { discardBody, isUpgrade, type Reply } from '../../../http/reply.ts'
import type { Request } from '../../../http/request.ts'
import { faultReply } from './fault-reply.ts'
import { Output } from './output.ts'
import { pump } from './pump.ts'
import { replyHead } from './reply-head.ts'
import { hasBody, isStream, writeReply } from './reply-writer.ts'

/** A reply whose body is still being produced. */
interface Streaming {
  readonly request: Request
  readonly reply: Reply
  readonly cancel: () => void
  bytes: number
}

/** A reply that is written, but not yet with the operating system. */
interface Sent {
  readonly request: Request
  readonly reply: Reply
  readonly bytes: number
}

/** What a sender asks of its connection. */
export interface SenderOwner {
  /** A streamed reply is through. */
  streamed(): void
  /**
   * A streamed reply broke; only cutting the connection can tell the client, since the head is out already. `error` is
   * undefined where the client broke it.
   */
  broken(error: unknown): void
  onError(error: unknown): void
}

/** Sends the replies of one connection, one after the other, and settles their requests. */
export class ReplySender {
  readonly output: Output
  readonly #owner: SenderOwner
  #streaming: Streaming | undefined
  #sent: Sent[] = []

  constructor(socket: Socket, owner: SenderOwner) {
    this.output = new Output(socket)
    this.#owner = owner
  }

  /** True while a body is being produced. */
  get streaming(): boolean {
    return this.#streaming !== undefined
  }

  /** The reply, taken for sending, or the 500 that stands for one that cannot be sent. */
  take(reply: Reply): Reply {
    try {
      reply.take()
      return reply
    } catch (error) {
      this.#owner.onError(error)
      return faultReply(500, error)
    }
  }

  /** Starts the producer of a streamed body that will be sent; to be called before `send`. */
  start(request: Request, reply: Reply): BodyProducer | undefined {
    const { body } = reply
    if (!isStream(body) || isUpgrade(body) || !hasBody(request, reply)) return undefined
    return startBody(body)
  }

  /** Writes a reply. True when it is through; else its body follows, and the owner hears of its end. */
  send(
    request: Request,
    reply: Reply,
    producer: BodyProducer | undefined,
    close: boolean,
    date: string,
  ): boolean {
    const written = writeReply(this.output, request, reply, producer, close, date)
    if (typeof written === 'number') {
      if (isStream(reply.body)) this.abandon(reply)
      this.#finish({ request, reply, bytes: written })
      return true
    }
    const streaming = { request, reply, cancel: () => written.producer.cancel(), bytes: 0 }
    this.#streaming = streaming
    pump(this.output, written, streaming, () => this.#streaming === streaming).then(
      (whole) => {
        if (!whole) return
        this.#streaming = undefined
        this.#finish(streaming)
        this.#owner.streamed()
      },
      (error: unknown) => this.#break(streaming, error),
    )
    return false
  }

  /** Writes the head of an upgrade. */
  upgrade(request: Request, reply: Reply, protocol: string, date: string): void {
    reply.headers.set('upgrade', protocol)
    this.output.text(replyHead(101, reply.headers, '', '', date))
    this.#finish({ request, reply, bytes: 0 })
  }

  /** Writes the server's own answer to what never became a request; the connection closes after it. */
  refuse(reply: Reply, date: string): void {
    const body = reply.body as string
    const framing = `content-length: ${Buffer.byteLength(body)}\r\n`
    this.output.text(replyHead(reply.statusCode, reply.headers, framing, 'close', date))
    this.output.data(body)
  }

  /** Frees what the body of a reply that nobody waits for holds. */
  abandon(reply: Reply): void {
    discardBody(reply.body).catch((error: unknown) => this.#owner.onError(error))
  }

  /** Sends what was gathered; the requests it answers are settled once the operating system has it. */
  flush(): void {
    if (this.#sent.length === 0) return this.output.flush()
    const batch = this.#sent
    this.#sent = []
    this.output.flush((failure) => {
      for (const { request, reply, bytes } of batch) {
        const error = failure ?? reply.error
        request.settle({ status: reply.statusCode, bytesSent: bytes, aborted: failure != null, error })
      }
    })
  }

  /** Ends everything because the connection is gone: `request` is the one that is being answered, if any. */
  stop(request: Request | undefined, error: ZzzError): void {
    const streaming = this.#streaming
    this.#streaming = undefined
    this.output.release()
    streaming?.cancel()
    if (request === undefined) return
    const status = streaming?.reply.statusCode ?? 0
    request.settle({ status, bytesSent: streaming?.bytes ?? 0, aborted: true, error })
  }

  #finish(sent: Sent): void {
    const { request, reply, bytes } = sent
    if (request.hasListeners) this.#sent.push(sent)
    else request.settle({ status: reply.statusCode, bytesSent: bytes, aborted: false, error: reply.error })
  }

  #break(streaming: Streaming, error: unknown): void {
    streaming.cancel()
    if (this.#streaming !== streaming) return
    this.#streaming = undefined
    const { request, reply, bytes } = streaming
    request.settle({
      status: reply.statusCode,
      bytesSent: bytes,
      aborted: true,
      error: request.abortReason ?? error,
    })
    // Whatever a producer throws once its client is gone is the consequence of that, and no fault.
    this.#owner.broken(request.abortReason === undefined ? error : undefined)
  }
}
