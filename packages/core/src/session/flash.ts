import { type AssignKey, assign } from '../context/assign.ts'
import type { Session } from './session.ts'
import { type SessionValue, sessionValue } from './session-value.ts'

/** Messages for the next page: what a form did, said after the redirect. */
export interface Flash {
  /** A message: of the page before, or set in this request. */
  get(kind: string): string | undefined
  /** Sets the message of a kind (`info`, `error` …) for the page that a redirect leads to, or for this one. */
  set(kind: string, message: string): void
  /** All messages by kind. */
  readonly all: Readonly<Record<string, string>>
}

/** The key of the flash messages, set by the middleware `flash`: `ctx.get(flashKey)`. */
export const flashKey: AssignKey<Flash> = assign('flash', 'flash()')

const messagesValue: SessionValue<Record<string, string>> = sessionValue('_flash')

/** The flash messages of one request, kept in its session. */
export interface KeptFlash extends Flash {
  /** Keeps the messages for another request, or lets them go. */
  settle(keep: boolean): void
}

/** The flash messages of a session, read when they are asked for. */
export function createFlash(session: Session): KeptFlash {
  let messages: ReadonlyMap<string, string> | undefined
  const read = (): ReadonlyMap<string, string> => {
    messages ??= new Map(Object.entries(session.get(messagesValue) ?? {}))
    return messages
  }
  return {
    get: (kind) => read().get(kind),
    set(kind, message) {
      messages = new Map([...read(), [kind, message]])
    },
    get all() {
      return Object.fromEntries(read())
    },
    settle(keep) {
      if (!keep) session.delete(messagesValue)
      else if (messages !== undefined && messages.size > 0) {
        session.set(messagesValue, Object.fromEntries(messages))
      }
    },
  }
}
