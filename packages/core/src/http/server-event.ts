import { ZzzError } from '../errors.ts'
import { jsonText } from '../internal/json-text.ts'
import { isAmount } from '../internal/option-rules.ts'
import { describe } from '../internal/options.ts'

/** One event of an event stream (HTML Living Standard, section 9.2). */
export interface ServerEvent {
  /** What a client that comes back says it has seen last, in `Last-Event-ID`. One line. */
  id?: string | number | undefined
  /** The name that the page listens for. One line; without it, `message`. */
  event?: string | undefined
  /** Text goes out as it is, anything else as JSON. */
  data: unknown
  /** Milliseconds after which a client that lost the connection comes back, from here on. */
  retry?: number | undefined
}

const lineEnd = /\r\n|\r|\n/

/**
 * An event as it goes over the wire. Throws `ZZZ_EVENT_INVALID` for an id or a name with a line break or a NUL, which could
 * forge other fields or be lost, for data that JSON has no text for, and for a `retry` that is no number of milliseconds.
 *
 * ```ts
 * formatEvent({ id: 7, event: 'price', data: { eur: 3 } })   // 'id: 7\nevent: price\ndata: {"eur":3}\n\n'
 * ```
 */
export function formatEvent(event: ServerEvent): string {
  if (typeof event !== 'object' || event === null) throw invalid(`it is ${describe(event)}, not an object`)
  const { id, event: name, data, retry } = event
  let text = ''
  if (id !== undefined) text += `id: ${oneLine('id', id)}\n`
  if (name !== undefined) text += `event: ${oneLine('event', name)}\n`
  if (retry !== undefined) text += retryField(retry)
  for (const line of toText(data).split(lineEnd)) text += `data: ${line}\n`
  return `${text}\n`
}

/** The field that says when to come back. Throws `ZZZ_EVENT_INVALID`. */
export function retryField(milliseconds: number): string {
  // Browsers take digits only for a time.
  if (isAmount(milliseconds)) return `retry: ${milliseconds}\n`
  throw invalid(`its retry is ${describe(milliseconds)}, not a whole number of milliseconds`)
}

function oneLine(field: string, value: unknown): string {
  if (typeof value === 'string' && !/[\0\r\n]/.test(value)) return value
  if (typeof value === 'number') return String(value)
  throw invalid(`its ${field} is ${describe(value)}; that has to be text without line breaks and NUL`)
}

function toText(data: unknown): string {
  return typeof data === 'string' ? data : jsonText(data, (why, cause) => invalid(`its data ${why}`, cause))
}

function invalid(fault: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_EVENT_INVALID', `An event of an event stream cannot be sent: ${fault}`, { cause })
}
