import { loggerKey, requestIdKey } from '../../context/keys.ts'
import type { Middleware } from '../../context/middleware.ts'
import { isFault } from '../../http/outcome.ts'
import { flagRule, functionRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { LineLog } from './line-log.ts'
import { describeError, idField, paint } from './log-line.ts'
import { standardLines } from './standard-lines.ts'

/** Options of `logger`. */
export interface LoggerOptions {
  /** Takes each line, without its end. Default: standard output. */
  write?: ((line: string) => void) | undefined
  /** Colour statuses and levels. Default: when standard output is a terminal and nothing else takes the lines. */
  colour?: boolean | undefined
}

const optionRules: OptionRules<LoggerOptions> = {
  write: functionRule,
  colour: flagRule,
}

/**
 * Writes a line for each request when it has settled: method, path, status, time, bytes, its id where `requestId` gave
 * one, and the error behind a 5xx. Times and sizes are those of the whole reply, streams included. What handlers log with
 * `ctx.get(loggerKey)` becomes lines too. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```
 * info order shown order="7" id=0f3c…
 * GET /orders/7 200 1.3 ms 214 B id=0f3c…
 * ```
 */
export function logger(options: LoggerOptions = {}): Middleware {
  checkOptions('logger', options, optionRules)
  const { write = standardLines() } = options
  const colour = options.colour ?? (options.write === undefined && process.stdout.isTTY === true)
  return function logger(ctx, next) {
    const start = performance.now()
    const { method, path } = ctx
    ctx.setLazy(loggerKey, () => new LineLog({ write, colour, requestId: ctx.find(requestIdKey) }))
    ctx.onSettled((outcome) => {
      const { status, bytesSent, aborted, error } = outcome
      const time = (performance.now() - start).toFixed(1)
      const end = `${aborted ? ' aborted' : ''}${idField(ctx.find(requestIdKey))}`
      const cause = isFault(outcome) ? `\n${describeError(error)}` : ''
      write(
        `${method} ${printable(path)} ${paintStatus(status, colour)} ${time} ms ${bytesSent} B${end}${cause}`,
      )
    })
    return next()
  }
}

function paintStatus(status: number, colour: boolean): string {
  const shade =
    status >= 500 || status === 0 ? 'red' : status >= 400 ? 'yellow' : status >= 300 ? 'cyan' : 'green'
  return paint(String(status), shade, colour)
}

/** A path comes from outside: what could forge a line or steer a terminal is escaped as in URLs. */
function printable(text: string): string {
  return text.replace(
    /[^\x21-\x7e]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
