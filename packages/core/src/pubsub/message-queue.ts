import { ZzzError } from '../errors.ts'
import { countRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import type { BusListener, MessagesOptions } from './bus.ts'

const optionRules: OptionRules<MessagesOptions> = {
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
  limit: countRule,
}

type Reader = PromiseWithResolvers<IteratorResult<unknown, undefined>>

const end = { done: true, value: undefined } as const

/** What came on a topic and was not taken yet: the iterator behind `bus.messages`. */
export class MessageQueue implements AsyncIterableIterator<unknown, undefined>, Disposable {
  readonly #topic: string
  readonly #limit: number
  readonly #signal: AbortSignal | undefined
  readonly #subscription: Disposable | undefined
  readonly #dispose = () => this[Symbol.dispose]()
  #messages: unknown[] = []
  /** Who asked before there was a message. */
  #readers: Reader[] = []
  #listening = true
  #fault: ZzzError | undefined

  /** `subscribe` is called at once, unless the signal has aborted. Throws `ZZZ_OPTION_INVALID`. */
  constructor(
    topic: string,
    options: MessagesOptions,
    subscribe: (listener: BusListener, queue: MessageQueue) => Disposable,
  ) {
    checkOptions('bus.messages', options, optionRules)
    this.#topic = topic
    this.#limit = options.limit ?? 1000
    this.#signal = options.signal
    if (this.#signal?.aborted === true) {
      this.#listening = false
      return
    }
    this.#subscription = subscribe((message) => this.#add(message), this)
    this.#signal?.addEventListener('abort', this.#dispose)
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#messages.length > 0) return Promise.resolve({ done: false, value: this.#messages.shift() })
    const fault = this.#fault
    this.#fault = undefined
    if (fault !== undefined) return Promise.reject(fault)
    if (!this.#listening) return Promise.resolve(end)
    const reader: Reader = Promise.withResolvers()
    this.#readers.push(reader)
    return reader.promise
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this[Symbol.dispose]()
    return Promise.resolve(end)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Ends it for the reader too. */
  [Symbol.dispose](): void {
    this.#stopListening()
    this.#messages = []
    this.#fault = undefined
    for (const reader of this.#readers.splice(0)) reader.resolve(end)
  }

  #add(message: unknown): void {
    const reader = this.#readers.shift()
    if (reader !== undefined) return reader.resolve({ done: false, value: message })
    if (this.#messages.length < this.#limit) return void this.#messages.push(message)
    this.#stopListening()
    this.#fault = new ZzzError(
      'ZZZ_BUS_BEHIND',
      `More than ${this.#limit} messages of the topic ${JSON.stringify(this.#topic)} waited to be taken`,
    )
  }

  #stopListening(): void {
    this.#listening = false
    this.#signal?.removeEventListener('abort', this.#dispose)
    this.#subscription?.[Symbol.dispose]()
  }
}
