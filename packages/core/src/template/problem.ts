import type { ErrorCode } from '../errors.ts'

/** The codes of what can be wrong with a template. */
export type ProblemCode = Extract<
  ErrorCode,
  'ZZZ_TEMPLATE_SYNTAX' | 'ZZZ_TEMPLATE_REFERENCE' | 'ZZZ_TEMPLATE_UNSAFE' | 'ZZZ_TEMPLATE_TYPE'
>

/** One thing that is wrong with a template. */
export interface Problem {
  readonly code: ProblemCode
  /** What happened and what to do. */
  readonly message: string
  /** The template's file, as it was given. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number
  /** The lines around it with a mark below the place. */
  readonly frame: string
}

/** More than this many problems of one template say nothing new. */
const mostProblems = 20

/** The text of one template, and what was found wrong with it so far. */
export class Source {
  readonly file: string
  readonly text: string
  readonly problems: Problem[] = []

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  /** Notes a problem at an offset of the text, in the order of the text; one of a kind at one place says enough. */
  problem(code: ProblemCode, at: number, message: string): void {
    const { line, column } = this.place(at)
    const known = this.problems.some((one) => one.line === line && one.column === column && one.code === code)
    if (known || this.problems.length >= mostProblems) return
    const frame = codeFrame(this.text, line, column)
    const behind = this.problems.findIndex(
      (one) => one.line > line || (one.line === line && one.column > column),
    )
    const index = behind === -1 ? this.problems.length : behind
    this.problems.splice(index, 0, { code, message, file: this.file, line, column, frame })
  }

  /** Line and column of an offset, both from 1. */
  place(at: number): { readonly line: number; readonly column: number } {
    const before = this.text.slice(0, at)
    const start = before.lastIndexOf('\n') + 1
    return { line: before.split('\n').length, column: at - start + 1 }
  }

  /** `users/show.html.zzz:3:14`, for messages and generated types. */
  label(at: number): string {
    const { line, column } = this.place(at)
    return `${this.file}:${line}:${column}`
  }
}

/** Longer lines are cut in a frame: minified markup would fill the screen. */
const widest = 120

function codeFrame(text: string, line: number, column: number): string {
  const lines = text.split('\n')
  const first = Math.max(1, line - 2)
  const last = Math.min(lines.length, line + 2)
  const width = String(last).length
  const skip = Math.max(0, column - widest / 2)
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const code = (lines[number - 1] as string).slice(skip, skip + widest).replaceAll(/[\t\r]/g, ' ')
    const mark = number === line ? '>' : ' '
    frame.push(`${mark} ${String(number).padStart(width)} | ${code}`.trimEnd())
    if (number === line) frame.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1 - skip)}^`)
  }
  return frame.join('\n')
}
