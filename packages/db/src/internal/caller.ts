import { dirname, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

const ours = pathToFileURL(dirname(import.meta.dirname) + sep).href

/** Where the running code was called from, outside this package. Cheap until its `text` is read. */
export class Caller {
  readonly #trace: { stack?: string } = {}

  constructor() {
    const { stackTraceLimit } = Error
    // A preload within a preload is far from who asked for it.
    Error.stackTraceLimit = 40
    Error.captureStackTrace(this.#trace, Caller)
    Error.stackTraceLimit = stackTraceLimit
  }

  /** The function, file, line and column; undefined where nothing but this package and Node is on the stack. */
  get text(): string | undefined {
    const lines = this.#trace.stack?.split('\n').slice(1) ?? []
    return lines.map((line) => line.trim().replace(/^at (?:async )?/, '')).find(isOutside)
  }
}

function isOutside(place: string): boolean {
  if (/^(?:node:|.*\(node:)|^<anonymous>|^Array\.|^new Promise/.test(place)) return false
  return !place.includes(ours) || place.includes('.test.')
}
