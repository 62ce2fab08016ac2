import type { Log } from './log.ts'

/** The levels of a log, least first. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** A log whose levels differ in their name alone: what it writes goes through one method. */
export abstract class LevelLog implements Log {
  trace(first: string | object, message?: string): void {
    this.write('trace', first, message)
  }

  debug(first: string | object, message?: string): void {
    this.write('debug', first, message)
  }

  info(first: string | object, message?: string): void {
    this.write('info', first, message)
  }

  warn(first: string | object, message?: string): void {
    this.write('warn', first, message)
  }

  error(first: string | object, message?: string): void {
    this.write('error', first, message)
  }

  fatal(first: string | object, message?: string): void {
    this.write('fatal', first, message)
  }

  abstract child(fields: object): Log

  /** `first` is the message, or fields that come before it. */
  protected abstract write(level: LogLevel, first: string | object, message: string | undefined): void
}
