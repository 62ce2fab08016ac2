import { LevelLog, type LogLevel } from '../../context/level-log.ts'
import { type ErrorRecord, errorRecord } from '../../internal/error-record.ts'
import { redact } from '../../internal/redact.ts'
import { reportError } from '../../internal/report.ts'

/** What is asked of a logger of `pino`: that it writes, and has children with fields of their own. */
export interface PinoLogger extends Readonly<Record<LogLevel, (fields: object, message?: string) => void>> {
  isLevelEnabled(level: string): boolean
  child(fields: object, options?: object): PinoLogger
}

/** An error in a record is ours already; pino must not make it its own kind. */
const childOptions = { serializers: { err: (record: ErrorRecord) => record } }

/**
 * A log over one of `pino`. What goes through it has its secrets replaced, and nothing that it is given makes it throw:
 * a failure becomes a process warning.
 */
export class PinoLog extends LevelLog {
  readonly #base: PinoLogger
  readonly #isSecret: (name: string) => boolean
  /** Fields of every record, known to hold no secret. */
  readonly #fields: object
  /** Made of base and fields when a handler logs, since most do not. */
  #child: PinoLogger | undefined

  private constructor(base: PinoLogger, isSecret: (name: string) => boolean, fields: object) {
    super()
    this.#base = base
    this.#isSecret = isSecret
    this.#fields = fields
  }

  /** `isSecret` says of which names the values are replaced. */
  static over(pino: PinoLogger, isSecret: (name: string) => boolean): PinoLog {
    return new PinoLog(pino.child({}, childOptions), isSecret, {})
  }

  /** A log for one request, whose ids are on every record. */
  identified(ids: object): PinoLog {
    return new PinoLog(this.#base, this.#isSecret, ids)
  }

  override child(fields: object): PinoLog {
    try {
      return new PinoLog(this.#pino, this.#isSecret, this.#readable(fields))
    } catch (error) {
      reportError(error, 'A child of the log was not made')
      return this
    }
  }

  /** Writes a record of the framework's own, whose fields are known to hold no secret. */
  record(level: LogLevel, fields: object, message: string): void {
    try {
      this.#base[level]({ ...this.#fields, ...fields }, message)
    } catch (error) {
      reportError(error, 'A record was not logged')
    }
  }

  protected override write(level: LogLevel, first: string | object, message: string | undefined): void {
    try {
      if (!this.#pino.isLevelEnabled(level)) return
      if (typeof first === 'string') this.#pino[level]({}, first)
      else this.#pino[level](this.#readable(first), message ?? messageOf(first))
    } catch (error) {
      reportError(error, 'A record was not logged')
    }
  }

  get #pino(): PinoLogger {
    this.#child ??= this.#base.child(this.#fields)
    return this.#child
  }

  #readable(given: object): object {
    if (given instanceof Error) return { err: errorRecord(given) }
    const fields = redact(given, this.#isSecret)
    return typeof fields === 'object' && fields !== null ? fields : { value: fields }
  }
}

function messageOf(given: object): string | undefined {
  return given instanceof Error ? errorRecord(given, { stack: false }).message : undefined
}
