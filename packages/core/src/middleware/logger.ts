import { inspect, styleText } from 'node:util'
import type { Middleware } from '../context/middleware.ts'
import { isFault } from '../http/outcome.ts'
import { checkOptions } from '../internal/options.ts'

/** Options of `logger`. */
export interface LoggerOptions {
  /** Takes each line, without its end. Default: standard output. */
  write?: ((line: string) => void) | undefined
  /** Colour the status. Default: when standard output is a terminal and nothing else takes the lines. */
  colour?: boolean | undefined
}

const optionRules = {
  write: ['a function', (value: unknown) => typeof value === 'function'],
  colour: ['true or false', (value: unknown) => typeof value === 'boolean'],
} as const

/**
 * Writes a line for each request when it has settled: method, path, status, time, bytes, and the error behind a 5xx.
 * Times and sizes are those of the whole reply, streams included. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```
 * GET /users/42 200 1.3 ms 214 B
 * ```
 */
export function logger(options: LoggerOptions = {}): Middleware {
  checkOptions('logger', options, optionRules)
  const { write = (line: string) => void process.stdout.write(`${line}\n`) } = options
  const colour = options.colour ?? (options.write === undefined && process.stdout.isTTY === true)
  return function logger(ctx, next) {
    const start = performance.now()
    const { method, path } = ctx
    ctx.onSettled((outcome) => {
      const { status, bytesSent, aborted, error } = outcome
      const time = (performance.now() - start).toFixed(1)
      const end = aborted ? ' aborted' : ''
      const cause = isFault(outcome) ? `\n${describeError(error)}` : ''
      write(`${method} ${printable(path)} ${paint(status, colour)} ${time} ms ${bytesSent} B${end}${cause}`)
    })
    return next()
  }
}

function paint(status: number, colour: boolean): string {
  if (!colour) return String(status)
  const shade =
    status >= 500 || status === 0 ? 'red' : status >= 400 ? 'yellow' : status >= 300 ? 'cyan' : 'green'
  return styleText(shade, String(status), { validateStream: false })
}

/** A path comes from outside: what could forge a line or steer a terminal is escaped. */
function printable(text: string): string {
  return text.replace(
    /[^\x21-\x7e]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** The stack of an error and of what caused it. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${inspect(error)}`
  const stack = error.stack ?? String(error)
  return error.cause === undefined ? stack : `${stack}\ncaused by ${describeError(error.cause)}`
}
