import type { Socket } from 'node:net'
import { ZzzError } from '../../../errors.ts'
import { type BodyFlow, IncomingBody } from '../../../http/incoming-body.ts'
import type { Outcome } from '../../../http/outcome.ts'
import { discardBody, isUpgrade, type Reply } from '../../../http/reply.ts'
import { type Peer, Request } from '../../../http/request.ts'
import type { Upgrade } from '../../../http/upgrade.ts'
import { isPromise } from '../../../internal/maybe-promise.ts'
import type { Handle, ListenOptions } from '../../backend.ts'
import { lingerClose } from '../../linger-close.ts'
import { type BodyDecoder, LengthDecoder } from './body-decoder.ts'
import { bodyTooLarge, ChunkedDecoder } from './chunked-decoder.ts'
import { faultReply } from './fault-reply.ts'
import type { Head, HeadParser } from './head.ts'
import { Output } from './output.ts'
import { PhaseTimer } from './phase-timer.ts'
import { type Pumping, pump } from './pump.ts'
import { replyHead } from './reply-head.ts'
import { type Pending, writeReply } from './reply-writer.ts'
import type { Ticked, Ticker } from './ticker.ts'

/** What the connections of one listener share. */
export interface Shared {
  readonly handle: Handle
  readonly options: ListenOptions
  readonly parser: HeadParser
  readonly ticker: Ticker
  /** True once the listener drains: every reply is the last of its connection. */
  draining: boolean
}

/** Bytes kept, at most, that came while a reply was still being made; then the socket is paused. */
const heldLimit = 64 * 1024

/**
 * One client: bytes in, requests out to the handle, replies back in the order the requests came. It works on one
 * request at a time; what a pipelining client sends meanwhile waits, up to a bound.
 *
 * Everything that arrives passes `#consume`: body bytes go to the decoder of the current request, the rest is read as
 * heads, and while a reply is being made it is held.
 */
export class Connection implements BodyFlow, Ticked, Peer {
  readonly encrypted: boolean
  readonly #socket: Socket
  readonly #shared: Shared
  readonly #output: Output
  readonly #timer: PhaseTimer

  /** The beginning of a head whose end has not arrived. */
  #partial = ''
  #blankLine = false
  #requests = 0

  /** The request that is being answered. */
  #current: Request | undefined
  #head: Head | undefined
  /** `100 Continue` is owed as soon as the body is read. */
  #continueOwed = false
  #decoder: BodyDecoder | undefined
  #body: IncomingBody | undefined
  #bodyBytes = 0
  /** Bytes of it that came after its reply. */
  #unread = 0
  #pumping: Pumping | undefined
  #upgrade: Upgrade | undefined

  #held: Buffer[] = []
  #heldBytes = 0
  #consuming = false
  #inputEnded = false
  #closing = false
  #error: unknown
  #unsettled: { request: Request; outcome: Outcome }[] = []

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket
    this.#shared = shared
    this.#output = new Output(socket)
    this.encrypted = 'encrypted' in socket
    shared.ticker.add(this)
    this.#timer = new PhaseTimer(shared.options.timeouts, shared.ticker)
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('drain', this.#onDrain)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }

  /** Closes the connection now if nothing is under way, else after the current reply. */
  shutdown(): void {
    if (this.#current === undefined && this.#decoder === undefined && this.#partial === '') this.#end()
  }

  // -- bytes in -------------------------------------------------------------------------------------------------------

  readonly #onData = (bytes: Buffer): void => {
    if (this.#heldBytes > 0) this.#hold(bytes)
    else if (!this.#closing || this.#decoder !== undefined) this.#consume(bytes)
  }

  readonly #onEnd = (): void => {
    this.#inputEnded = true
    const gone = disconnected('The client closed its side of the connection')
    if (this.#decoder !== undefined) this.#breakBody(gone)
    else if (this.#partial !== '') this.#refuse(malformed('The connection ended within a request head'))
    // It may only have closed its sending side, so the reply is still made and sent; a handler that waits can stop.
    this.#current?.abort(gone)
    if (this.#current === undefined && this.#heldBytes === 0) this.#end()
  }

  #consume(bytes: Buffer): void {
    this.#consuming = true
    let position = 0
    try {
      while (position < bytes.length) {
        if (this.#decoder !== undefined) position = this.#decode(this.#decoder, bytes, position)
        else if (this.#ready) position = this.#heads(bytes, position)
        else break
      }
    } catch (fault) {
      this.#refuse(fault)
    }
    this.#consuming = false
    if (position < bytes.length && !this.#closing) this.#hold(bytes.subarray(position))
    this.#settled()
  }

  /** True when the next thing to read is a head. */
  get #ready(): boolean {
    return (
      this.#current === undefined &&
      this.#decoder === undefined &&
      this.#upgrade === undefined &&
      !this.#closing &&
      !this.#output.blocked
    )
  }

  /** Reads as many heads as have arrived and can be answered at once; gives the position behind them. */
  #heads(bytes: Buffer, position: number): number {
    const fresh = bytes.toString('latin1', position)
    const before = this.#partial.length
    const text = before === 0 ? fresh : this.#partial + fresh
    if (before > 0 && !fresh.includes('\n') && text.length < this.#headLimit()) {
      // Only a finished line can tell more than the last look did, so a head that drips in costs no more than its size.
      this.#partial = text
      return bytes.length
    }
    let start = 0
    while (start < text.length && this.#ready) {
      if (!this.#blankLine && text.startsWith('\r\n', start)) {
        // One empty line before a request is forgiven (RFC 9112 section 2.2).
        this.#blankLine = true
        start += 2
        continue
      }
      const head = this.#shared.parser.parse(text, start)
      if (head === undefined) {
        if (this.#partial === '') this.#timer.enter('head')
        this.#partial = text.slice(start)
        return bytes.length
      }
      start = this.#shared.parser.end
      this.#begin(head)
    }
    this.#partial = ''
    return position + start - before
  }

  #headLimit(): number {
    return this.#shared.options.limits.requestLine + this.#shared.options.limits.headerBytes
  }

  #begin(head: Head): void {
    const { limits } = this.#shared.options
    if (head.contentLength !== undefined && head.contentLength > limits.body) throw bodyTooLarge(limits.body)
    this.#requests++
    this.#blankLine = false
    this.#head = head
    const body =
      head.chunked || (head.contentLength ?? 0) > 0 ? new IncomingBody(this, head.contentLength) : null
    const request = new Request(head.method, head.target, head.version, head.headers, body, this)
    this.#current = request
    if (body !== null) this.#expectBody(head, body)
    const reply = this.#call(request)
    if (isPromise(reply)) this.#await(request, reply)
    else this.#reply(request, reply)
  }

  #call(request: Request): Reply | Promise<Reply> {
    try {
      return this.#shared.handle(request)
    } catch (error) {
      return this.#breach(error)
    }
  }

  /** A handle that throws breaks its contract; the client still gets an answer. */
  #breach(error: unknown): Reply {
    this.#shared.options.onError(error)
    return faultReply(500, error)
  }

  #expectBody(head: Head, body: IncomingBody): void {
    this.#body = body
    this.#bodyBytes = 0
    this.#unread = 0
    this.#continueOwed = head.expectContinue
    this.#decoder = head.chunked
      ? new ChunkedDecoder(body, this.#shared.options.limits)
      : new LengthDecoder(body, head.contentLength as number)
    this.#timer.enter(this.#continueOwed ? 'handler' : 'body')
  }

  #await(request: Request, reply: Promise<Reply>): void {
    if (this.#decoder === undefined) this.#timer.enter('handler')
    reply
      .catch((error: unknown) => this.#breach(error))
      .then((value) => {
        this.#reply(request, value)
        this.#proceed()
      })
      .catch(this.#shared.options.onError)
  }

  #decode(decoder: BodyDecoder, bytes: Buffer, position: number): number {
    const end = decoder.decode(bytes, position)
    this.#bodyBytes += end - position
    // Whoever sends the body unasked does not wait for `100 Continue` (RFC 9110 section 10.1.1).
    this.#continueOwed = false
    if (decoder.done) {
      this.#decoder = undefined
      this.#body = undefined
      this.#enterWaiting()
    } else if (this.#current === undefined) {
      this.#unread += end - position
      if (this.#unread > this.#shared.options.limits.drain) this.#end()
    } else if (this.#timer.phase === 'body') {
      this.#timer.progress(end - position)
    }
    return end
  }

  #enterWaiting(): void {
    this.#timer.enter(this.#pumping === undefined ? 'handler' : 'reply')
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    this.#regulate()
  }

  /** Goes on after something that was waited for: a reply, a client that reads again. */
  #proceed(): void {
    if (this.#consuming) return
    if (this.#heldBytes === 0 || !this.#ready) return this.#settled()
    const bytes = this.#takeHeld()
    this.#regulate()
    this.#consume(bytes)
  }

  #takeHeld(): Buffer {
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    return held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held)
  }

  /** Sends what was gathered, and goes over to what the connection waits for now. */
  #settled(): void {
    if (this.#upgrade !== undefined) return this.#handOver(this.#upgrade)
    this.#flush()
    if (this.#current !== undefined) return
    if (this.#closing || (this.#inputEnded && this.#heldBytes === 0)) this.#end()
    else if (this.#ready && this.#partial === '') this.#timer.enter('idle')
  }

  // -- replies out ----------------------------------------------------------------------------------------------------

  #reply(request: Request, reply: Reply): void {
    if (this.#current !== request || this.#pumping !== undefined) {
      this.#abandon(reply)
      return
    }
    const sound = this.#take(reply)
    if (isUpgrade(sound.body)) this.#replyUpgrade(request, sound, sound.body)
    else this.#write(request, sound)
  }

  #write(request: Request, reply: Reply): void {
    const close = this.#closesAfter(reply)
    if (close) this.#closing = true
    const { bytes, pending } = writeReply(this.#output, request, reply, close, this.#shared.ticker.date)
    if (pending === undefined) {
      if (typeof reply.body === 'object' && reply.body !== null) this.#abandon(reply)
      this.#finish(request, {
        status: reply.statusCode,
        bytesSent: bytes,
        aborted: false,
        error: reply.error,
      })
      return
    }
    if (!pending.chunked && pending.length === undefined) this.#closing = true
    if (this.#timer.phase !== 'body') this.#timer.enter('reply')
    this.#stream(request, reply, pending)
  }

  #stream(request: Request, reply: Reply, pending: Pending): void {
    const pumping = { bytes: 0, stopped: false, status: reply.statusCode, producer: pending.producer }
    this.#pumping = pumping
    const done = (aborted: boolean, error: unknown): void => {
      this.#pumping = undefined
      this.#finish(request, { status: reply.statusCode, bytesSent: pumping.bytes, aborted, error })
    }
    pump(this.#output, pending, pumping).then(
      () => {
        if (pumping.stopped) return
        done(false, reply.error)
        this.#proceed()
      },
      (error: unknown) => {
        pending.producer.cancel()
        if (pumping.stopped) return
        // The head is out already: only cutting the connection tells the client that the body is not whole.
        this.#shared.options.onError(error)
        this.#error = error
        done(true, error)
        this.#socket.destroy()
      },
    )
    if (!this.#consuming) this.#flush()
  }

  #finish(request: Request, outcome: Outcome): void {
    this.#current = undefined
    this.#head = undefined
    this.#continueOwed = false
    if (request.hasListeners && !outcome.aborted) this.#unsettled.push({ request, outcome })
    else request.settle(outcome)
    if (this.#body !== undefined) {
      this.#body.cancel()
      this.#regulate()
    }
  }

  /** True when this reply must be the connection's last. */
  #closesAfter(reply: Reply): boolean {
    const head = this.#head as Head
    return (
      this.#closing ||
      head.close ||
      this.#shared.draining ||
      this.#requests >= this.#shared.options.limits.requestsPerConnection ||
      this.#restIsTooLong(reply, head) ||
      reply.headers.get('connection')?.toLowerCase() === 'close'
    )
  }

  /** True when a body that this reply does not wait for is not worth draining, or may never come. */
  #restIsTooLong(reply: Reply, head: Head): boolean {
    if (this.#decoder === undefined) return false
    if (this.#continueOwed) return true
    const streams =
      typeof reply.body === 'object' && reply.body !== null && !(reply.body instanceof Uint8Array)
    return !streams && (head.contentLength ?? 0) - this.#bodyBytes > this.#shared.options.limits.drain
  }

  #take(reply: Reply): Reply {
    try {
      reply.take()
      return reply
    } catch (error) {
      this.#shared.options.onError(error)
      const fault = faultReply(500)
      fault.error = error
      return fault
    }
  }

  #abandon(reply: Reply): void {
    discardBody(reply.body).catch(this.#shared.options.onError)
  }

  /** Answers what cannot be a request, and closes. Replies that went before it are sent first. */
  #refuse(fault: unknown): void {
    if (!(fault instanceof ZzzError)) this.#shared.options.onError(fault)
    const status = fault instanceof ZzzError ? fault.status : 500
    this.#partial = ''
    if (this.#current !== undefined) {
      // Its body is what is malformed: whoever reads it hears so, and the reply still goes out, as the last.
      this.#breakBody(fault as ZzzError)
      return
    }
    if (this.#decoder !== undefined) {
      this.#end()
      return
    }
    const reply = faultReply(status, fault)
    this.#closing = true
    const framing = `content-length: ${Buffer.byteLength(reply.body as string)}\r\nconnection: close\r\n`
    this.#output.text(replyHead(status, reply.headers, framing, this.#shared.ticker.date))
    this.#output.data(reply.body as string)
    this.#end()
  }

  #breakBody(fault: ZzzError): void {
    const body = this.#body
    this.#decoder = undefined
    this.#body = undefined
    this.#closing = true
    this.#takeHeld()
    if (this.#current === undefined) this.#end()
    else this.#enterWaiting()
    body?.fail(fault)
  }

  // -- upgrade --------------------------------------------------------------------------------------------------------

  #replyUpgrade(request: Request, reply: Reply, upgrade: Upgrade): void {
    if (this.#head?.upgrade !== true || this.#decoder !== undefined || this.#closing) {
      const refusal = faultReply(
        426,
        new ZzzError('ZZZ_UPGRADE_REQUIRED', `Ask for Upgrade: ${upgrade.protocol}`),
      )
      this.#write(request, refusal.header('upgrade', upgrade.protocol))
      return
    }
    const framing = `connection: upgrade\r\nupgrade: ${upgrade.protocol}\r\n`
    this.#output.text(replyHead(101, reply.headers, framing, this.#shared.ticker.date))
    this.#upgrade = upgrade
    this.#finish(request, { status: 101, bytesSent: 0, aborted: false, error: undefined })
  }

  #handOver(upgrade: Upgrade): void {
    const socket = this.#socket
    this.#flush()
    this.#shared.ticker.delete(this)
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('drain', this.#onDrain)
    socket.off('error', this.#onError)
    socket.off('close', this.#onClose)
    // Whoever listens for data from here on starts the flow, as after node:http's `upgrade` event.
    Object.assign(socket, { readableFlowing: null })
    try {
      upgrade.accept(socket, this.#takeHeld())
    } catch (error) {
      this.#shared.options.onError(error)
      socket.destroy()
    }
  }

  // -- flow and time --------------------------------------------------------------------------------------------------

  started(): void {
    if (!this.#continueOwed) return
    this.#continueOwed = false
    this.#output.text('HTTP/1.1 100 Continue\r\n\r\n')
    if (!this.#consuming) this.#flush()
    this.#timer.enter('body')
  }

  pause(): void {
    if (this.#timer.phase === 'body') this.#enterWaiting()
    this.#regulate()
  }

  resume(): void {
    this.#timer.enter('body')
    this.#regulate()
  }

  cancelled(): void {
    this.#regulate()
  }

  /** Reads from the client exactly while there is room for what it sends. */
  #regulate(): void {
    if (this.#body?.paused === true || this.#heldBytes > heldLimit) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  readonly #onDrain = (): void => {
    this.#output.release()
    this.#proceed()
  }

  tick(now: number): void {
    if (this.#output.stalled(now, this.#shared.options.timeouts.write)) {
      this.#error = new ZzzError('ZZZ_WRITE_TIMEOUT', 'The client stopped taking the reply')
      this.#socket.destroy()
    } else if (this.#timer.expired(now)) {
      this.#timeOut()
    }
  }

  #timeOut(): void {
    const { phase } = this.#timer
    if (phase === 'head') {
      this.#refuse(new ZzzError('ZZZ_REQUEST_TIMEOUT', 'The request head took too long'))
    } else if (phase === 'body') {
      this.#breakBody(new ZzzError('ZZZ_BODY_TIMEOUT', 'The request body took too long'))
    } else if (phase === 'handler' && this.#current !== undefined) {
      const fault = new ZzzError('ZZZ_HANDLER_TIMEOUT', 'The handler took too long')
      const request = this.#current
      request.abort(fault)
      this.#closing = true
      const reply = faultReply(503, fault)
      reply.error = fault
      this.#reply(request, reply)
    } else {
      this.#end()
    }
    this.#flush()
  }

  // -- the end --------------------------------------------------------------------------------------------------------

  /** Ends the connection once everything gathered is sent. */
  #end(): void {
    this.#closing = true
    if (this.#consuming || this.#timer.phase === 'closing') return
    this.#timer.enter('closing')
    this.#decoder = undefined
    this.#body = undefined
    this.#takeHeld()
    this.#flush()
    // Only when the reply is through does the clock start for a client that keeps sending instead of closing.
    this.#socket.end(() => lingerClose(this.#socket))
    this.#socket.resume()
  }

  #flush(): void {
    const batch = this.#unsettled
    if (batch.length === 0) return this.#output.flush()
    this.#unsettled = []
    this.#output.flush((error) => {
      for (const { request, outcome } of batch) {
        request.settle(error ? { ...outcome, aborted: true, error: this.#error ?? error } : outcome)
      }
    })
  }

  readonly #onError = (error: Error): void => {
    this.#error ??= error
  }

  readonly #onClose = (): void => {
    this.#shared.ticker.delete(this)
    this.#closing = true
    const gone =
      this.#error instanceof ZzzError ? this.#error : disconnected('The client disconnected', this.#error)
    const request = this.#current
    const pumping = this.#pumping
    this.#current = undefined
    this.#pumping = undefined
    this.#body?.fail(gone)
    this.#takeHeld()
    this.#output.release()
    if (pumping !== undefined) {
      pumping.stopped = true
      pumping.producer.cancel()
    }
    if (request === undefined) return
    request.abort(gone)
    request.settle({
      status: pumping?.status ?? 0,
      bytesSent: pumping?.bytes ?? 0,
      aborted: true,
      error: gone,
    })
  }
}

function disconnected(message: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_CLIENT_DISCONNECTED', message, { cause })
}

function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}
