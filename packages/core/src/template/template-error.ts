import { ZzzError } from '../errors.ts'
import type { Problem } from './problem.ts'

/**
 * Templates that cannot be used. `problems` holds everything that was found, several at once, each with file, line,
 * column and a code frame; the error's code is that of the first one.
 */
export class TemplateError extends ZzzError {
  override readonly name: string = 'TemplateError'
  declare readonly problems: readonly Problem[]

  /** Takes at least one problem. */
  constructor(problems: readonly Problem[]) {
    const [first] = problems
    super(first?.code ?? 'ZZZ_TEMPLATE_SYNTAX', problems.map(describeProblem).join('\n\n'))
    // The message has them all: what prints an error with its properties would say everything twice.
    Object.defineProperty(this, 'problems', { value: problems })
  }
}

function describeProblem({ file, line, column, message, frame }: Problem): string {
  return `${file}:${line}:${column}  ${message}\n${frame}`
}
