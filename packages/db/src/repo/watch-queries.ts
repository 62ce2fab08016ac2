import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { countRule, delayRule, functionRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { type HoldingEvent, holdingChannel } from './holding.ts'
import { type QueryEvent, queryChannel } from './query-event.ts'

/** Something that is worth a look. */
export interface QueryFinding {
  /**
   * `slow`: a statement took long. `repeated`: one place ran the same statement many times in one request, where a preload
   * runs it once. `held`: a transaction or a stream has had a connection for long, and may never give it back.
   */
  readonly kind: 'slow' | 'repeated' | 'held'
  /** The name of the repo. */
  readonly database: string
  /** The statement; of a connection that is held, the last one. */
  readonly text: string
  /** The code that it comes from: `name (file:///…/posts.ts:12:20)`; undefined where the stack does not tell. */
  readonly caller: string | undefined
  /** All of it in words. */
  readonly message: string
}

/** Options of `watchQueries`. */
export interface WatchOptions {
  /** Milliseconds from which a statement is slow. Default 200. */
  readonly slow?: number | undefined
  /** How many times in one request are too many. Default 10. */
  readonly repeated?: number | undefined
  /** Milliseconds for which a transaction or a stream may have a connection. Default 10,000. */
  readonly held?: number | undefined
  /** Gets each finding. Default: a process warning. */
  readonly report?: ((finding: QueryFinding) => void) | undefined
}

const rules: OptionRules<WatchOptions> = {
  slow: delayRule,
  repeated: countRule,
  held: delayRule,
  report: functionRule,
}

/** The texts that one place has run in one request, and how often. */
type Counts = Map<string, number>

/**
 * Watches all repos of this process and reports slow statements, statements that one request repeats (N+1) and
 * connections that are held for long, each with the code that it comes from. What counts as a request is what
 * `@zzz/core` publishes on `zzz:request`. Until its end each statement costs more, since its caller is looked for.
 *
 * Throws `ZZZ_DB_OPTION_INVALID`.
 *
 * ```ts
 * using _watching = watchQueries({ slow: 50, report: ({ message }) => console.warn(message) })
 * ```
 */
export function watchQueries(options: WatchOptions = {}): Disposable {
  checkOptions('watchQueries', options, rules)
  const { slow = 200, repeated = 10, held = 10_000, report = warn } = options
  const counts = new AsyncLocalStorage<Counts>()
  const requests = tracingChannel('zzz:request').start
  const timers = new Map<HoldingEvent, NodeJS.Timeout>()

  function find(
    kind: QueryFinding['kind'],
    { database, caller }: QueryEvent | HoldingEvent,
    text: string,
    what: string,
  ) {
    const message = `${database}: ${what}: ${text}${caller === undefined ? '' : `, from ${caller}`}`
    report({ kind, database, text, caller, message })
  }

  const queries = {
    start(event: QueryEvent) {
      const seen = counts.getStore()
      if (seen === undefined) return
      const key = `${event.caller} ${event.text}`
      const times = (seen.get(key) ?? 0) + 1
      seen.set(key, times)
      // Once for each request.
      if (times === repeated + 1) {
        find(
          'repeated',
          event,
          event.text,
          `more than ${repeated} times in one request; preload() may do it at once`,
        )
      }
    },
    asyncEnd(event: QueryEvent) {
      if (event.duration < slow) return
      const [total, waited] = [event.duration, event.waited].map(Math.round)
      find('slow', event, event.text, `${total} ms, ${waited} of them waiting for a connection`)
    },
  }
  const holdings = {
    asyncStart(event: HoldingEvent) {
      const tell = () =>
        find('held', event, event.doing, `a connection has been held for ${held} ms, its last statement`)
      timers.set(event, setTimeout(tell, held).unref())
    },
    asyncEnd(event: HoldingEvent) {
      clearTimeout(timers.get(event))
      timers.delete(event)
    },
  }

  requests.bindStore(counts, () => new Map())
  queryChannel.subscribe(queries)
  holdingChannel.subscribe(holdings)
  return {
    [Symbol.dispose]() {
      requests.unbindStore(counts)
      queryChannel.unsubscribe(queries)
      holdingChannel.unsubscribe(holdings)
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}

function warn({ message }: QueryFinding): void {
  process.emitWarning(message, 'ZzzQueryWarning')
}
