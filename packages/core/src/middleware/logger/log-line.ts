import { inspect, styleText } from 'node:util'

/** A part of a line in a colour, where the line is coloured. */
export function paint(text: string, shade: 'red' | 'yellow' | 'cyan' | 'green', colour: boolean): string {
  return colour ? styleText(shade, text, { validateStream: false }) : text
}

/** Text that may come from outside, as one line: what could forge another line or steer a terminal is escaped. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, escaped)
}

/** Causes that are described; a chain may be a ring. */
const mostCauses = 8

/** The stack of an error and of what caused it, each line as `oneLine` has it. */
export function describeError(error: unknown): string {
  return describeChain(error, mostCauses)
}

function describeChain(error: unknown, left: number): string {
  if (!(error instanceof Error)) return `thrown: ${inspect(error)}`
  const stack = (error.stack ?? String(error)).replace(/[^\P{Cc}\n]/gu, escaped)
  if (error.cause === undefined || left === 0) return stack
  return `${stack}\ncaused by ${describeChain(error.cause, left - 1)}`
}

/** The end of a line that belongs to a request which has an id. */
export function idField(id: string | undefined): string {
  return id === undefined ? '' : ` id=${id}`
}

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`
}
