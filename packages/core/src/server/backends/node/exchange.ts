import { ZzzError } from '../../../errors.ts'
import { discardBody, isUpgrade, type Reply, type ReplyBody } from '../../../http/reply.ts'
import { type Peer, Request } from '../../../http/request.ts'
import type { Upgrade } from '../../../http/upgrade.ts'
import { isPromise } from '../../../internal/maybe-promise.ts'
import type { Handle, ListenOptions } from '../../backend.ts'
import { faultReply } from '../zzz/fault-reply.ts'
import { BodyPump } from './body-pump.ts'
import { isWhole, planReply, type ReplyPlan, type WholeBody } from './reply-plan.ts'
import type { ReplyTarget } from './reply-target.ts'
import { type MessageStream, RequestBody } from './request-body.ts'
import type { RequestHead } from './request-head.ts'
import { withoutUpgrade } from './upgrade.ts'
import { Waiting } from './waiting.ts'

/** What an exchange asks of its connection. */
export interface ExchangeHost {
  readonly options: ListenOptions
  readonly handle: Handle
  readonly peer: Peer
  /** True when the connection takes no further request. */
  readonly lastReply: boolean
  /** The exchange is over: its reply was sent and its body was taken or will not be. */
  finished(keepAlive: boolean): void
  /** The connection belongs to another protocol now. */
  upgraded(reply: Reply, upgrade: Upgrade): void
  /** The reply broke off; only cutting the connection tells the client so. */
  cut(): void
}

/**
 * One request and its reply. `handling` until there is a reply, `replying` until its last byte was handed to the
 * operating system, `draining` while the rest of an unread body is taken off the wire, then `over`.
 */
export class Exchange {
  readonly request: Request
  readonly #host: ExchangeHost
  readonly #head: RequestHead
  readonly #target: ReplyTarget
  readonly #body: RequestBody | undefined
  /** True when the connection can be handed over (node:http decides that before there is a reply). */
  readonly #upgradable: boolean
  #continueOwed: boolean
  #phase: 'handling' | 'replying' | 'draining' | 'over' = 'handling'
  #reply: Reply | undefined
  /** Sends a body that is written piece by piece. */
  #pump: BodyPump | undefined
  /** Bytes of a body that is written at once. */
  #size = 0
  #keepAlive = false
  #fault: unknown
  /** Made by the first tick, which most requests never see. */
  #waiting: Waiting | undefined

  constructor(
    host: ExchangeHost,
    head: RequestHead,
    message: MessageStream,
    target: ReplyTarget,
    upgradable: boolean,
  ) {
    this.#host = host
    this.#head = head
    this.#target = target
    this.#upgradable = upgradable
    this.#continueOwed = head.expectsContinue
    if (head.length !== 0) {
      this.#body = new RequestBody(message, head.length, head.expectsContinue, host.options, {
        started: () => this.#continue(),
        completed: () => this.#bodyEnded(),
        broken: () => this.#bodyEnded(),
      })
    }
    const body = this.#body?.incoming ?? null
    this.request = new Request(head.method, head.target, head.version, head.headers, body, host.peer)
    target.whenSent(() => this.#sent())
  }

  /** Calls the handler. */
  start(): void {
    try {
      const reply = this.#host.handle(this.request)
      if (isPromise(reply))
        reply.then(
          (value) => this.#send(value),
          (error) => this.#broke(error),
        )
      else this.#send(reply)
    } catch (error) {
      this.#broke(error)
    }
  }

  /** True while the client has not sent all of the body. */
  get bodyToCome(): boolean {
    return this.#body !== undefined && !this.#body.arrived
  }

  /** Breaks off a body that is still to come: it is malformed, too large or late. */
  failBody(error: ZzzError): void {
    if (this.bodyToCome) this.#body?.fail(error)
  }

  /** The client sends no more, but may still read. */
  halfClosed(): void {
    this.request.abort(disconnected())
  }

  /** The connection is gone. */
  closed(): void {
    if (this.#phase === 'over') return
    const reason = this.#fault ?? disconnected()
    const unsent = this.#phase !== 'draining'
    this.#phase = 'over'
    this.#body?.fail(disconnected())
    this.#pump?.stop()
    if (!unsent) return
    this.request.abort(reason instanceof ZzzError ? reason : disconnected())
    const status = this.#reply?.statusCode ?? 0
    this.request.settle({ status, bytesSent: this.#pump?.bytesSent ?? 0, aborted: true, error: reason })
  }

  /** Looks whether the time of the handler, the body or the client is up. */
  tick(now: number): void {
    const { timeouts } = this.#host.options
    if (this.#body?.expired(now)) this.#bodyTimedOut()
    this.#waiting ??= new Waiting()
    if (this.#phase === 'handling') {
      const arriving = this.#body?.arriving === true
      if (this.#waiting.forHandler(now, arriving) >= timeouts.handler) this.#handlerTimedOut()
    } else if (this.#phase === 'replying') {
      const taken = this.#pump?.bytesSent ?? 0
      if (this.#waiting.forClient(now, this.#target.stream, taken) >= timeouts.write) this.#clientTimedOut()
    }
  }

  #continue(): void {
    if (this.#target.headSent || this.#phase === 'over') return
    this.#continueOwed = false
    this.#target.continue()
  }

  #broke(error: unknown): void {
    // A handle that throws breaks its contract; the client still gets an answer.
    this.#host.options.onError(error)
    this.#send(faultReply(500, error))
  }

  #send(reply: Reply): void {
    if (this.#phase !== 'handling') return this.#discard(reply)
    const sound = this.#take(reply)
    if (isUpgrade(sound.body)) this.#sendUpgrade(sound, sound.body)
    else this.#write(sound)
  }

  #take(reply: Reply): Reply {
    try {
      reply.take()
      return reply
    } catch (error) {
      this.#host.options.onError(error)
      return faultReply(500, error)
    }
  }

  #sendUpgrade(reply: Reply, upgrade: Upgrade): void {
    if (this.#upgradable && this.#head.protocols.includes(upgrade.protocol.toLowerCase())) {
      this.#phase = 'over'
      this.#host.upgraded(reply, upgrade)
      this.request.settle({ status: 101, bytesSent: 0, aborted: false, error: reply.error })
      return
    }
    const { version } = this.#head
    this.#write(withoutUpgrade(upgrade, version), version === '2.0' ? undefined : upgrade.protocol)
  }

  #write(reply: Reply, upgrade?: string): void {
    this.#phase = 'replying'
    this.#waiting = undefined
    if (this.#target.gone) {
      this.#discard(reply)
      return this.#host.cut()
    }
    try {
      this.#writePlanned(reply, upgrade)
    } catch (error) {
      this.#host.options.onError(error)
      this.#writeInstead(reply, error)
    }
  }

  /** Answers 500 for a reply that cannot be sent, as long as nothing of it was. */
  #writeInstead(reply: Reply, error: unknown): void {
    if (this.#pump === undefined) this.#discard(reply)
    else this.#pump.stop()
    this.#pump = undefined
    if (this.#target.headSent) this.#host.cut()
    else this.#writePlanned(faultReply(500, error), undefined)
  }

  #writePlanned(reply: Reply, upgrade: string | undefined): void {
    const plan = planReply(reply, this.#head.method, upgrade)
    const { body, length } = plan
    if (!isWhole(body)) this.#pump = new BodyPump(this.#target, body, length)
    this.#keepAlive = this.#mayKeepAlive(plan)
    this.#target.head(plan, this.#keepAlive, this.#head.version)
    this.#reply = reply
    if (body === null) this.#discard(reply)
    if (isWhole(body)) this.#writeWhole(body)
    else this.#pump?.run().catch((error: unknown) => this.#breakOff(error))
  }

  #writeWhole(body: WholeBody): void {
    this.#size = body?.length ?? 0
    this.#target.end(body)
  }

  #mayKeepAlive(plan: ReplyPlan): boolean {
    const endless = plan.openEnded && this.#head.version === '1.0'
    return (
      // node:http ends a connection whose client was never told to go on.
      !this.#continueOwed &&
      this.#head.keepAlive &&
      this.#target.keepAlive &&
      !plan.close &&
      !endless &&
      !this.#host.lastReply &&
      this.#body?.tooLongToDrain !== true
    )
  }

  #breakOff(error: unknown): void {
    if (this.#phase === 'over') return
    const { abortReason } = this.request
    this.#fault = abortReason ?? error
    // Whatever a producer throws once its client is gone is the consequence of that, and no fault.
    if (abortReason === undefined) this.#host.options.onError(error)
    this.#host.cut()
  }

  /** The reply's last byte is out. */
  #sent(): void {
    if (this.#phase !== 'replying') return
    const { statusCode: status, error } = this.#reply as Reply
    this.#phase = 'draining'
    this.request.settle({ status, bytesSent: this.#pump?.bytesSent ?? this.#size, aborted: false, error })
    if (this.#keepAlive && this.#body !== undefined && !this.#body.incoming.complete)
      this.#body.incoming.cancel()
    this.#finishIfDrained()
  }

  #bodyEnded(): void {
    if (this.#phase === 'draining') this.#finishIfDrained()
  }

  #finishIfDrained(): void {
    const complete = this.#body === undefined || this.#body.incoming.complete
    if (!complete && this.#keepAlive && !this.#body?.tooLongToDrain) return
    this.#phase = 'over'
    this.#host.finished(this.#keepAlive && complete)
  }

  #handlerTimedOut(): void {
    const { method, target } = this.request
    const error = new ZzzError('ZZZ_HANDLER_TIMEOUT', `${method} ${target} took too long`)
    this.request.abort(error)
    this.#write(faultReply(503, error))
  }

  #clientTimedOut(): void {
    this.#fault = new ZzzError('ZZZ_WRITE_TIMEOUT', 'The client stopped taking the reply')
    this.#host.cut()
  }

  #bodyTimedOut(): void {
    if (this.#phase === 'draining') this.#host.cut()
    else this.#body?.fail(new ZzzError('ZZZ_BODY_TIMEOUT', 'The request body came too slowly'))
  }

  #discard(reply: Reply): void {
    if (holdsResources(reply.body)) discardBody(reply.body).catch(this.#host.options.onError)
  }
}

function holdsResources(body: ReplyBody): boolean {
  return body !== null && typeof body === 'object' && !(body instanceof Uint8Array)
}

function disconnected(): ZzzError {
  return new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'The client disconnected')
}
