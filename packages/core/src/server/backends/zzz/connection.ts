import type { Socket } from 'node:net'
import { ZzzError } from '../../../errors.ts'
import { type BodyFlow, IncomingBody } from '../../../http/incoming-body.ts'
import { isUpgrade, type Reply } from '../../../http/reply.ts'
import { type Peer, Request } from '../../../http/request.ts'
import type { Upgrade } from '../../../http/upgrade.ts'
import { isPromise } from '../../../internal/maybe-promise.ts'
import { publishRefusal } from '../../../telemetry/publish-refusal.ts'
import type { Handle, ListenOptions } from '../../backend.ts'
import { lingerClose } from '../../linger-close.ts'
import type { ProxiedClient } from '../../proxy-protocol.ts'
import type { Ticked, Ticker } from '../../ticker.ts'
import { type BodyDecoder, LengthDecoder } from './body-decoder.ts'
import { bodyTooLarge, ChunkedDecoder } from './chunked-decoder.ts'
import { faultReply } from './fault-reply.ts'
import { handOver, offers } from './hand-over.ts'
import { type Head, HeadParser } from './head.ts'
import type { Framing } from './head-framing.ts'
import { HeldBytes } from './held-bytes.ts'
import type { Output } from './output.ts'
import { PhaseTimer } from './phase-timer.ts'
import { ReplySender, type SenderOwner } from './reply-sender.ts'
import { endsWithConnection, isStream } from './reply-writer.ts'

/** What the connections of one listener share. */
export interface Shared {
  readonly handle: Handle
  readonly options: ListenOptions
  /** Of `headerGrammar`. */
  readonly headerGrammar: RegExp
  readonly ticker: Ticker
  /** True once the listener drains: every reply is the last of its connection. */
  draining: boolean
}

/**
 * One client: bytes in, requests out to the handle, replies back in the order the requests came. It works on one
 * request at a time; what a pipelining client sends meanwhile waits, up to a bound.
 *
 * Everything that arrives passes `#consume`: body bytes go to the decoder of the current request, the rest is read as
 * heads, and while a reply is being made it is held.
 */
export class Connection implements BodyFlow, SenderOwner, Ticked, Peer {
  // Copied when the connection begins: a socket that was reset has no address any more, and logs ask for it then.
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly encrypted: boolean
  readonly #socket: Socket
  readonly #shared: Shared
  readonly #sender: ReplySender
  readonly #output: Output
  readonly #timer: PhaseTimer
  readonly #parser: HeadParser

  /** The beginning of a head whose end has not arrived. */
  #partial = ''
  #blankLine = false
  #requests = 0

  /** The request that is being answered. */
  #current: Request | undefined
  #framing: Framing | undefined
  /** `100 Continue` is owed as soon as the body is read. */
  #continueOwed = false
  #decoder: BodyDecoder | undefined
  #body: IncomingBody | undefined
  #bodyBytes = 0
  /** Bytes of it that came after its reply. */
  #unread = 0
  #upgrade: Upgrade | undefined

  readonly #held = new HeldBytes()
  #consuming = false
  #inputEnded = false
  #closing = false
  #error: unknown

  /** `client` is who a proxy spoke for, where the socket's other end is a proxy. */
  constructor(socket: Socket, shared: Shared, client?: ProxiedClient) {
    this.#socket = socket
    this.#shared = shared
    this.#sender = new ReplySender(socket, this)
    this.#output = this.#sender.output
    this.remoteAddress = client?.remoteAddress ?? socket.remoteAddress
    this.remotePort = client?.remotePort ?? socket.remotePort
    this.encrypted = 'encrypted' in socket
    shared.ticker.add(this)
    this.#timer = new PhaseTimer(shared.options.timeouts, shared.ticker)
    this.#parser = new HeadParser(shared.options.limits, shared.headerGrammar)
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('drain', this.#onDrain)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
  }

  /** Closes the connection now if nothing is under way, else after the current reply. */
  shutdown(): void {
    if (this.#current === undefined && this.#decoder === undefined && this.#partial === '') this.#end()
  }

  /** True when nobody would hear that the client has gone. */
  get #idle(): boolean {
    return this.#current === undefined && this.#decoder === undefined && this.#body === undefined
  }

  // -- bytes in -------------------------------------------------------------------------------------------------------

  readonly #onData = (bytes: Buffer): void => {
    if (this.#held.size > 0) this.#hold(bytes)
    else if (!this.#closing || this.#decoder !== undefined) this.#consume(bytes)
  }

  readonly #onEnd = (): void => {
    this.#inputEnded = true
    // Most connections end idle, and an error costs more than all else about an end.
    if (!this.#idle) this.#endInput(disconnected('The client closed its side of the connection'))
    else if (this.#partial !== '') this.#refuse(malformed('The connection ended within a request head'))
    if (this.#current === undefined && this.#held.size === 0) this.#end()
  }

  #endInput(gone: ZzzError): void {
    if (this.#decoder !== undefined) this.#breakBody(gone)
    // It may only have closed its sending side, so the reply is still made and sent; a handler that waits can stop.
    this.#current?.abort(gone)
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
      const head = this.#parser.parse(text, start)
      if (head === undefined) {
        if (this.#partial === '') this.#timer.enter('head')
        this.#partial = text.slice(start)
        return bytes.length
      }
      start = this.#parser.end
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
    const { framing } = head
    const { contentLength, chunked } = framing
    if (contentLength !== undefined && contentLength > limits.body) throw bodyTooLarge(limits.body)
    this.#requests++
    this.#blankLine = false
    this.#framing = framing
    const body = chunked || (contentLength ?? 0) > 0 ? new IncomingBody(this, contentLength) : null
    const request = new Request(head.method, head.target, head.version, framing.block, body, this)
    this.#current = request
    if (body !== null) this.#expectBody(framing, body)
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
    this.onError(error)
    return faultReply(500, error)
  }

  #expectBody(framing: Framing, body: IncomingBody): void {
    this.#body = body
    this.#bodyBytes = 0
    this.#unread = 0
    this.#continueOwed = framing.expectContinue
    this.#decoder = framing.chunked
      ? new ChunkedDecoder(body, this.#shared.options.limits)
      : new LengthDecoder(body, framing.contentLength as number)
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
      .catch((error: unknown) => this.onError(error))
  }

  #decode(decoder: BodyDecoder, bytes: Buffer, position: number): number {
    const body = this.#body
    const end = decoder.decode(bytes, position)
    if (position === 0 && end === bytes.length) body?.own(bytes)
    this.#bodyBytes += end - position
    // Whoever sends the body unasked does not wait for `100 Continue` (RFC 9110 section 10.1.1).
    this.#continueOwed = false
    if (decoder.done) {
      this.#decoder = undefined
      this.#body = undefined
      this.#enterWaiting()
      this.#regulate()
    } else if (this.#current === undefined) {
      this.#unread += end - position
      if (this.#unread > this.#shared.options.limits.drain) this.#end()
    } else if (this.#timer.phase === 'body') {
      this.#timer.progress(end - position)
    }
    return end
  }

  #enterWaiting(): void {
    this.#timer.enter(this.#sender.streaming ? 'reply' : 'handler')
  }

  #hold(bytes: Buffer): void {
    this.#held.add(bytes)
    this.#regulate()
  }

  /** Goes on after something that was waited for: a reply, a client that reads again. */
  #proceed(): void {
    if (this.#consuming) return
    if (this.#held.size === 0 || !this.#ready) return this.#settled()
    const bytes = this.#held.take()
    this.#regulate()
    this.#consume(bytes)
  }

  /** Sends what was gathered, and goes over to what the connection waits for now. */
  #settled(): void {
    if (this.#upgrade !== undefined) return this.#handOver(this.#upgrade)
    this.#sender.flush()
    if (this.#current !== undefined) return
    if (this.#closing || (this.#inputEnded && this.#held.size === 0)) this.#end()
    else if (this.#ready && this.#partial === '') this.#timer.enter('idle')
  }

  // -- replies out ----------------------------------------------------------------------------------------------------

  #reply(request: Request, reply: Reply): void {
    if (this.#current !== request || this.#sender.streaming) return this.#sender.abandon(reply)
    const sound = this.#sender.take(reply)
    if (isUpgrade(sound.body)) this.#replyUpgrade(request, sound, sound.body)
    else this.#send(request, sound)
  }

  #send(request: Request, reply: Reply): void {
    const producer = this.#sender.start(request, reply)
    const close = this.#closesAfter(request, reply)
    if (close) this.#closing = true
    if (this.#sender.send(request, reply, producer, close, this.#shared.ticker.date)) {
      this.#replied()
    } else {
      if (this.#timer.phase !== 'body') this.#timer.enter('reply')
      if (!this.#consuming) this.#sender.flush()
    }
  }

  #replied(): void {
    this.#current = undefined
    this.#framing = undefined
    this.#continueOwed = false
    if (this.#body !== undefined) {
      this.#body.cancel()
      this.#regulate()
    }
  }

  streamed(): void {
    this.#replied()
    this.#proceed()
  }

  broken(error: unknown): void {
    this.#current = undefined
    if (error !== undefined) this.onError(error)
    this.#socket.destroy()
  }

  onError(error: unknown): void {
    this.#shared.options.onError(error)
  }

  /** True when this reply must be the connection's last. */
  #closesAfter(request: Request, reply: Reply): boolean {
    const framing = this.#framing as Framing
    return (
      this.#closing ||
      framing.close ||
      request.method === 'CONNECT' ||
      this.#shared.draining ||
      this.#requests >= this.#shared.options.limits.requestsPerConnection ||
      this.#restIsTooLong(reply, framing) ||
      endsWithConnection(request, reply) ||
      reply.headers.get('connection')?.toLowerCase() === 'close'
    )
  }

  /** True when a body that this reply does not wait for is not worth draining, or may never come. */
  #restIsTooLong(reply: Reply, framing: Framing): boolean {
    if (this.#decoder === undefined) return false
    if (this.#continueOwed) return true
    return (
      !isStream(reply.body) &&
      (framing.contentLength ?? 0) - this.#bodyBytes > this.#shared.options.limits.drain
    )
  }

  /** Answers what cannot be a request, and closes. Replies that went before it are sent first. */
  #refuse(fault: unknown): void {
    if (!(fault instanceof ZzzError)) this.onError(fault)
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
    this.#closing = true
    publishRefusal(fault, { reason: refusalReason(fault), status, from: this, encrypted: this.encrypted })
    this.#sender.refuse(faultReply(status, fault), this.#shared.ticker.date)
    this.#end()
  }

  #breakBody(fault: ZzzError): void {
    const body = this.#body
    this.#decoder = undefined
    this.#body = undefined
    this.#closing = true
    this.#held.take()
    if (this.#current === undefined) this.#end()
    else this.#enterWaiting()
    body?.fail(fault)
  }

  // -- upgrade --------------------------------------------------------------------------------------------------------

  #replyUpgrade(request: Request, reply: Reply, upgrade: Upgrade): void {
    if (!offers(this.#framing as Framing, upgrade) || this.#decoder !== undefined || this.#closing) {
      const refusal = new ZzzError('ZZZ_UPGRADE_REQUIRED', `Ask for Upgrade: ${upgrade.protocol}`)
      this.#send(request, faultReply(426, refusal).header('upgrade', upgrade.protocol))
      return
    }
    this.#sender.upgrade(request, reply, upgrade.protocol, this.#shared.ticker.date)
    this.#upgrade = upgrade
    this.#replied()
  }

  #handOver(upgrade: Upgrade): void {
    const socket = this.#socket
    this.#sender.flush()
    this.#shared.ticker.delete(this)
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('drain', this.#onDrain)
    socket.off('error', this.#onError)
    socket.off('close', this.#onClose)
    handOver(socket, upgrade, this.#held.take(), (error) => this.onError(error))
  }

  // -- flow and time --------------------------------------------------------------------------------------------------

  started(): void {
    // Behind the head of a reply it would be taken for a part of the body.
    if (!this.#continueOwed || this.#sender.streaming) return
    this.#continueOwed = false
    this.#output.text('HTTP/1.1 100 Continue\r\n\r\n')
    if (!this.#consuming) this.#sender.flush()
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
    if (this.#body?.paused === true || this.#held.full) this.#socket.pause()
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
      this.#current.abort(fault)
      this.#closing = true
      this.#reply(this.#current, faultReply(503, fault))
      this.#proceed()
    } else {
      this.#end()
    }
    this.#sender.flush()
  }

  // -- the end --------------------------------------------------------------------------------------------------------

  /** Ends the connection once everything gathered is sent. */
  #end(): void {
    this.#closing = true
    if (this.#consuming || this.#timer.phase === 'closing') return
    this.#timer.enter('closing')
    this.#decoder = undefined
    this.#body = undefined
    this.#held.take()
    this.#sender.flush()
    // Only when the reply is through does the clock start for a client that keeps sending instead of closing.
    this.#socket.end(() => lingerClose(this.#socket))
    this.#socket.resume()
  }

  readonly #onError = (error: Error): void => {
    this.#error ??= error
  }

  readonly #onClose = (): void => {
    this.#shared.ticker.delete(this)
    this.#closing = true
    if (this.#idle) return this.#output.release()
    const gone =
      this.#error instanceof ZzzError ? this.#error : disconnected('The client disconnected', this.#error)
    const request = this.#current
    this.#current = undefined
    this.#body?.fail(gone)
    this.#held.take()
    request?.abort(gone)
    this.#sender.stop(request, gone)
  }
}

function disconnected(message: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_CLIENT_DISCONNECTED', message, { cause })
}

function refusalReason(fault: unknown): 'head' | 'timeout' {
  return (fault as { code?: unknown }).code === 'ZZZ_REQUEST_TIMEOUT' ? 'timeout' : 'head'
}

function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}
