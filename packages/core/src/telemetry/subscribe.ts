import { channel } from 'node:diagnostics_channel'
import { ZzzError } from '../errors.ts'
import { isPromise } from '../internal/maybe-promise.ts'
import { functionRule } from '../internal/option-rules.ts'
import { checkOptions, describe } from '../internal/options.ts'
import { reportError } from '../internal/report.ts'
import type { PlainChannels, TracingChannels } from './events.ts'

/** Every channel there is. */
export type ChannelName = keyof TracingChannels | keyof PlainChannels

/** Functions for the moments of an operation; each is called with the operation's event. */
export interface TracingHandlers<Event> {
  /** It begins. */
  start?: ((event: Event) => void) | undefined
  /** Its synchronous part is done. */
  end?: ((event: Event) => void) | undefined
  /** It has a result. */
  asyncStart?: ((event: Event) => void) | undefined
  /** It went wrong; `asyncEnd` follows. */
  error?: ((event: Event) => void) | undefined
  /** It is over. */
  asyncEnd?: ((event: Event) => void) | undefined
}

/** What hears a channel: handlers of a tracing channel, one function of a plain one. */
export type ChannelHandlers<Name extends ChannelName> = Name extends keyof TracingChannels
  ? TracingHandlers<TracingChannels[Name]>
  : Name extends keyof PlainChannels
    ? (event: PlainChannels[Name]) => void
    : never

const tracingNames = {
  'zzz:request': true,
  'zzz:query': true,
  'zzz:job': true,
  'zzz:mail': true,
  'zzz:socket': true,
  'zzz:cache': true,
} as const satisfies Record<keyof TracingChannels, true>

const handlerRules = {
  start: functionRule,
  end: functionRule,
  asyncStart: functionRule,
  error: functionRule,
  asyncEnd: functionRule,
} as const

/**
 * Listens to a channel until it is disposed. A handler that throws disturbs neither the operation nor the others: its
 * error becomes a process warning. Handlers run while the operation waits, so they should be quick.
 *
 * The channels are those of `node:diagnostics_channel`: `zzz:refusal`, and `tracing:zzz:request:start` and so on.
 *
 * Throws `ZZZ_OPTION_INVALID` for a channel or a moment that does not exist.
 *
 * ```ts
 * using slow = subscribe('zzz:request', {
 *   asyncEnd: ({ route, duration }) => duration > 1000 && console.warn(`${route} took ${duration} ms`),
 * })
 * ```
 */
export function subscribe<Name extends ChannelName>(
  name: Name,
  handlers: ChannelHandlers<NoInfer<Name>>,
): Disposable {
  const subscriptions = listeners(name, handlers).map(([at, handler]) => listen(at, handler))
  return {
    [Symbol.dispose]() {
      for (const subscription of subscriptions.splice(0)) subscription[Symbol.dispose]()
    },
  }
}

type Handler = (event: unknown) => unknown

/** The channels of Node to listen to, with the handler of each. */
function listeners(name: string, handlers: unknown): (readonly [string, Handler])[] {
  if (Object.hasOwn(tracingNames, name)) {
    checkOptions<Partial<Record<keyof typeof handlerRules, unknown>>>(
      `subscribe, ${name}`,
      handlers as object,
      handlerRules,
    )
    const given = Object.entries(handlers as Record<string, Handler | undefined>)
    return given.flatMap(([moment, handler]) =>
      handler === undefined ? [] : [[`tracing:${name}:${moment}`, handler] as const],
    )
  }
  if (name !== ('zzz:refusal' satisfies keyof PlainChannels)) throw unknownChannel(name)
  if (typeof handlers === 'function') return [[name, handlers as Handler]]
  throw new ZzzError(
    'ZZZ_OPTION_INVALID',
    `subscribe, ${name}: expected a function, got ${describe(handlers)}`,
  )
}

function listen(at: string, handler: Handler): Disposable {
  const report = (error: unknown) => reportError(error, `A subscriber of ${at} failed`)
  const guarded = (event: unknown): void => {
    try {
      const done = handler(event)
      if (isPromise(done)) done.then(undefined, report)
    } catch (error) {
      report(error)
    }
  }
  const heard = channel(at)
  heard.subscribe(guarded)
  return { [Symbol.dispose]: () => void heard.unsubscribe(guarded) }
}

function unknownChannel(name: string): ZzzError {
  const known = [...Object.keys(tracingNames), 'zzz:refusal'].join(', ')
  return new ZzzError(
    'ZZZ_OPTION_INVALID',
    `subscribe: there is no channel ${describe(name)}; known are ${known}`,
  )
}
