import { type Clock, clockRule, systemClock } from '../clock.ts'
import { ZzzError } from '../errors.ts'
import { isAmount, isDelay } from '../internal/option-rules.ts'
import { checkOptions, describe, type OptionRules } from '../internal/options.ts'
import { reportError } from '../internal/report.ts'
import { Reply } from './reply.ts'
import type { Request } from './request.ts'
import { formatEvent, retryField, type ServerEvent } from './server-event.ts'

/** What the source of an event stream is told. */
export interface EventSourceInfo {
  /** The id of the last event that a client had seen when it lost the connection; undefined when it comes first. */
  readonly lastEventId: string | undefined
  /** Aborts when the client leaves and when the server is about to close. */
  readonly signal: AbortSignal
}

/** Where events come from: an async iterable, or a function that makes one, such as an async generator function. */
export type ServerEvents =
  | AsyncIterable<ServerEvent>
  | ((info: EventSourceInfo) => AsyncIterable<ServerEvent>)

/** Options of `ctx.sse`. */
export interface EventStreamOptions {
  /**
   * Milliseconds of silence after which a comment is sent, so that proxies keep the connection and a client that is gone is
   * noticed; false for none. Default 15,000.
   */
  heartbeat?: number | false | undefined
  /** Milliseconds after which a client that lost the connection comes back. Default: what the browser does, about 3,000. */
  retry?: number | undefined
  /** The time of heartbeats. Default: the machine's. */
  clock?: Clock | undefined
}

const optionRules: OptionRules<EventStreamOptions> = {
  heartbeat: ['false, or milliseconds up to 2,147,483,647', (value) => value === false || isDelay(value)],
  retry: ['a whole number of milliseconds', isAmount],
  clock: clockRule,
}

/**
 * The reply that is a stream of events. It ends with its source and when `draining` aborts: the browser comes back then, to
 * another process or to the one that takes over. When the client leaves, it breaks off. Throws `ZZZ_REPLY_BODY` for a source of no
 * kind and `ZZZ_OPTION_INVALID`.
 */
export function eventStream(
  request: Request,
  draining: AbortSignal,
  source: ServerEvents,
  options: EventStreamOptions = {},
): Reply {
  checkOptions('ctx.sse', options, optionRules)
  if (typeof source !== 'function' && typeof source?.[Symbol.asyncIterator] !== 'function') {
    throw new ZzzError(
      'ZZZ_REPLY_BODY',
      `ctx.sse takes an async iterable or a function that makes one, not ${describe(source)}`,
    )
  }
  const { heartbeat = 15_000, retry, clock = systemClock } = options
  const lastEventId = decodeId(request.headers.get('last-event-id'))
  const opening = retry === undefined ? ':\n\n' : `${retryField(retry)}\n`
  const { signal: leaving } = request
  const body = {
    [Symbol.asyncIterator]: () =>
      new EventStream({ source, lastEventId, opening, leaving, draining, heartbeat, clock }),
  }
  return new Reply(200, body)
    .header('content-type', 'text/event-stream')
    .header('cache-control', 'no-cache, no-transform')
    .header('x-accel-buffering', 'no')
}

/** Browsers send an id as UTF-8, and header values are kept as Latin-1. */
function decodeId(field: string | undefined): string | undefined {
  return field === undefined ? undefined : Buffer.from(field, 'latin1').toString('utf8')
}

interface Plan {
  readonly source: ServerEvents
  readonly lastEventId: string | undefined
  /** What goes out at once, so that the client knows that the stream is open. */
  readonly opening: string
  /** Breaks the stream off: the client leaves. */
  readonly leaving: AbortSignal
  /** Ends the stream: the server is about to close. */
  readonly draining: AbortSignal
  readonly heartbeat: number | false
  readonly clock: Clock
}

/**
 * `new` until the first piece is asked for, `open` while events come, then `over`. The source is asked for one event at
 * a time, and only when the client has taken the last one; so a slow client pauses it, and nothing is queued.
 */
class EventStream implements AsyncIterator<string, undefined> {
  readonly #plan: Plan
  #state: 'new' | 'open' | 'over' = 'new'
  readonly #controller = new AbortController()
  #events: AsyncIterator<ServerEvent> | undefined
  /** True while the source owes an event. */
  #asked = false
  /** What the source gave and was not sent yet. */
  #result: IteratorResult<ServerEvent> | undefined
  #failure: { readonly error: unknown } | undefined
  #silent = false
  /** True when it ended because the client left. */
  #left = false
  #wake = () => {}

  constructor(plan: Plan) {
    this.#plan = plan
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    if (this.#state === 'new' && this.#begin()) return { done: false, value: this.#plan.opening }
    while (this.#state === 'open') {
      const piece = this.#piece()
      if (piece !== undefined) return { done: false, value: piece }
      if (this.#state === 'open') await this.#event()
    }
    // Whoever sends the reply learns that it is not whole, as of any other source that fails when its client leaves.
    if (this.#left) throw this.#plan.leaving.reason
    return { done: true, value: undefined }
  }

  /** Called when the client leaves, also while `next` waits. */
  async return(): Promise<IteratorResult<string, undefined>> {
    if (this.#state === 'new' && typeof this.#plan.source !== 'function') {
      this.#events = this.#plan.source[Symbol.asyncIterator]()
    }
    this.#end()
    return { done: true, value: undefined }
  }

  /** Starts the source. False when the stream has ended before. */
  #begin(): boolean {
    const { source, lastEventId, leaving, draining } = this.#plan
    this.#state = 'open'
    leaving.addEventListener('abort', this.#onLeaving)
    draining.addEventListener('abort', this.#onDraining)
    if (leaving.aborted) this.#onLeaving()
    else if (draining.aborted) this.#onDraining()
    if (leaving.aborted || draining.aborted) return false
    try {
      const { signal } = this.#controller
      const events = typeof source === 'function' ? source({ lastEventId, signal }) : source
      this.#events = events[Symbol.asyncIterator]()
    } catch (error) {
      this.#end()
      throw error
    }
    return true
  }

  /** What there is to send now, if anything. Ends the stream where its source has ended, and throws where it failed. */
  #piece(): string | undefined {
    if (this.#failure !== undefined) {
      const { error } = this.#failure
      this.#events = undefined
      this.#end()
      throw error
    }
    const result = this.#result
    if (result === undefined) return this.#heartbeat()
    this.#result = undefined
    if (result.done !== true) return this.#format(result.value)
    this.#events = undefined
    this.#end()
    return undefined
  }

  #format(event: ServerEvent): string {
    try {
      return formatEvent(event)
    } catch (error) {
      this.#end()
      throw error
    }
  }

  #heartbeat(): string | undefined {
    if (!this.#silent) return undefined
    this.#silent = false
    return ':\n\n'
  }

  /** Waits for the next event, a silence that has lasted, or the end. */
  async #event(): Promise<void> {
    const { heartbeat, clock } = this.#plan
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#ask()
    using _timer = heartbeat === false ? undefined : clock.after(heartbeat, this.#onSilence)
    await woken
  }

  #ask(): void {
    if (this.#asked || this.#events === undefined) return
    this.#asked = true
    this.#events.next().then(
      (result) => {
        this.#asked = false
        this.#result = result
        this.#wake()
      },
      (error: unknown) => {
        if (this.#state === 'over') return this.#reportLate(error)
        this.#failure = { error }
        this.#wake()
      },
    )
  }

  readonly #onSilence = () => {
    this.#silent = true
    this.#wake()
  }

  readonly #onLeaving = () => {
    this.#left = true
    this.#end(this.#plan.leaving.reason)
  }

  readonly #onDraining = () => this.#end(this.#plan.draining.reason)

  /** Ends the source and whatever waits. */
  #end(reason: unknown = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'The event stream has ended')): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#plan.leaving.removeEventListener('abort', this.#onLeaving)
    this.#plan.draining.removeEventListener('abort', this.#onDraining)
    this.#controller.abort(reason)
    this.#wake()
    this.#close().catch((error: unknown) => this.#reportLate(error))
  }

  /** Asynchronous, so that nothing a source does or throws reaches the signal that ended it. */
  async #close(): Promise<void> {
    await this.#events?.return?.()
  }

  /** What a source throws because it was ended is no fault; anything else has nobody else to tell. */
  #reportLate(error: unknown): void {
    const { reason } = this.#controller.signal
    const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown }
    if (error === reason || cause === reason || name === 'AbortError') return
    reportError(error, 'The source of an event stream failed after its end')
  }
}
