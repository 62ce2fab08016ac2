/** Whom a message is for. */
export interface PublishOptions {
  /** `all` processes of the program, this one included (default), or only the `others`. */
  to?: 'all' | 'others' | undefined
}

/** Options of `bus.messages`. */
export interface MessagesOptions {
  /** Ends the messages. Default: none. */
  signal?: AbortSignal | undefined
  /** Messages that may wait until they are taken; one more is one too many. Default 1,000. */
  limit?: number | undefined
}

/** Called with each message of a topic. All listeners of a process get the same copy: do not change it. */
export type BusListener = (message: unknown) => void

/**
 * Messages between the processes of a program, by topic. What is published reaches each subscriber once or, when its
 * process dies or does not keep up, not at all. It arrives later, never within `publish`, outside the async context of
 * whoever published it, and in the order in which one publisher sent it; messages of several may interleave in any way.
 */
export interface Bus {
  /**
   * Sends a copy of the message to the topic's subscribers. It can be whatever the structured clone algorithm takes.
   *
   * Throws `ZZZ_NOT_CLONABLE` for anything else, `ZZZ_BUS_FULL` when 16 MiB of messages wait already, and
   * `ZZZ_BUS_CLOSED`.
   */
  publish(topic: string, message: unknown, options?: PublishOptions): void
  /** Listens to a topic until it is disposed; not a single message comes after that. Throws `ZZZ_BUS_CLOSED`. */
  subscribe(topic: string, listener: BusListener): Disposable
  /**
   * The messages of a topic from now on, for one reader. It listens at once, before the first message is asked for, so
   * whoever then reads what there is already misses nothing. Breaking the loop, the `signal` and `close` end it, and what
   * waits is dropped.
   *
   * A reader that does not keep up gets what waits, and then the error `ZZZ_BUS_BEHIND`. Throws `ZZZ_OPTION_INVALID` and
   * `ZZZ_BUS_CLOSED`.
   *
   * ```ts
   * for await (const message of bus.messages('news', { signal })) console.log(message)
   * ```
   */
  messages(topic: string, options?: MessagesOptions): AsyncIterableIterator<unknown>
  /** Ends all subscriptions that were made here. */
  close(): void
}

/** Options of a bus. */
export interface BusOptions {
  /** Hears what listeners throw, now or later. Default: a process warning on stderr. */
  onError?: ((error: unknown) => void) | undefined
}
