import { LevelLog, type LogLevel } from '../../context/level-log.ts'
import { redact } from '../../internal/redact.ts'
import { reportError } from '../../internal/report.ts'
import { describeError, idField, oneLine, paint } from './log-line.ts'

const shades = {
  trace: 'cyan',
  debug: 'cyan',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
} as const

/** Where a `LineLog` writes, and for which request. */
export interface LineLogOptions {
  readonly write: (line: string) => void
  readonly colour: boolean
  readonly requestId: string | undefined
}

/**
 * A log for people: level, message and fields on a line, the stacks of errors below it. Secrets are replaced as
 * `structuredLogger` does it, and nothing that it is given makes it throw.
 *
 * ```
 * info order shown order="7" id=0f3c…
 * ```
 */
export class LineLog extends LevelLog {
  readonly #options: LineLogOptions
  readonly #fields: object

  constructor(options: LineLogOptions, fields: object = {}) {
    super()
    this.#options = options
    this.#fields = fields
  }

  override child(fields: object): LineLog {
    try {
      return new LineLog(this.#options, { ...this.#fields, ...fields })
    } catch (error) {
      reportError(error, 'A child of the log was not made')
      return this
    }
  }

  protected override write(level: LogLevel, first: string | object, message: string | undefined): void {
    try {
      const { write, colour, requestId } = this.#options
      const said =
        typeof first === 'string' ? first : (message ?? (first instanceof Error ? first.message : ''))
      const given = first instanceof Error ? { err: first } : typeof first === 'object' ? first : {}
      const fields = { ...this.#fields, ...given }
      const line = [said, ...toFields(fields)].filter((part) => part !== '').map(oneLine)
      const stacks = Object.values(fields).filter((value) => value instanceof Error)
      write(
        [
          `${[paint(level, shades[level], colour), ...line].join(' ')}${idField(requestId)}`,
          ...stacks.map(describeError),
        ].join('\n'),
      )
    } catch (error) {
      reportError(error, 'A line was not logged')
    }
  }
}

/** `name=value` for each field that is no error. */
function toFields(fields: object): string[] {
  const shown = redact(
    Object.fromEntries(Object.entries(fields).filter(([, value]) => !(value instanceof Error))),
  )
  return Object.entries(shown as object).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
}
