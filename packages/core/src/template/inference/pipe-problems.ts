import type { PipeInfo } from '../pipe-info.ts'
import type { ProblemCode } from '../problem.ts'
import { dateTokens, parseDatePattern } from '../runtime/date-pattern.ts'
import { suggest } from '../suggest.ts'
import type { PipeExpression } from '../syntax/ast.ts'

/** Something that is wrong with how a built-in pipe is used. */
interface PipeProblem {
  readonly at: number
  readonly message: string
  readonly code: ProblemCode
}

/** What is wrong with the number of a built-in pipe's arguments, the names of its options, or its pattern. */
export function pipeProblems(pipe: PipeExpression, known: PipeInfo): PipeProblem[] {
  return [...argumentProblems(pipe, known), ...optionProblems(pipe, known), ...patternProblems(pipe)]
}

function argumentProblems({ name, args, at }: PipeExpression, known: PipeInfo): PipeProblem[] {
  const code = 'ZZZ_TEMPLATE_TYPE'
  if (args.length < known.needs)
    return [{ at, code, message: `The pipe ${name} needs an argument: ${name}:…` }]
  if (args.length <= known.args.length) return []
  return [{ at, code, message: `The pipe ${name} takes at most ${known.args.length} arguments` }]
}

function optionProblems({ name, options }: PipeExpression, known: PipeInfo): PipeProblem[] {
  const names = Object.keys(known.options)
  const has = names.length === 0 ? 'takes no options' : `knows ${names.join(', ')}`
  return options
    .filter((option) => !Object.hasOwn(known.options, option.name))
    .map((option) => ({
      at: option.at,
      code: 'ZZZ_TEMPLATE_REFERENCE',
      message: `The pipe ${name} ${has}.${suggest(option.name, names)}`,
    }))
}

/** A date's pattern that is written out is read now. */
function patternProblems({ name, args: [pattern] }: PipeExpression): PipeProblem[] {
  if (name !== 'format_date' || pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return []
  const { unknown } = parseDatePattern(pattern.value)
  if (unknown === undefined) return []
  const advice = suggest(unknown, dateTokens)
  const message = `Dates have no token "${unknown}"; text in a pattern stands in brackets.${advice}`
  return [{ at: pattern.at, code: 'ZZZ_TEMPLATE_REFERENCE', message }]
}
