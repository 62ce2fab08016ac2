import { builtInPipes } from '../pipe-info.ts'
import type { Arguments, CompareExpression, Expression, PipeExpression } from '../syntax/ast.ts'
import { pathCode, type Variables } from './path-code.ts'

/** An expression as JavaScript. `use` is told each runtime function that it calls. */
export function expressionCode(
  expression: Expression,
  variables: Variables,
  use: (name: string) => string,
): string {
  const code = (inner: Expression) => expressionCode(inner, variables, use)
  switch (expression.kind) {
    case 'path':
      return pathCode(expression, variables)
    case 'literal':
      return JSON.stringify(expression.value)
    case 'not':
      return `!${code(expression.value)}`
    case 'and':
    case 'or': {
      // Conditions are true or false, whatever their values are.
      const sign = expression.kind === 'and' ? '&&' : '||'
      return `!!(${code(expression.left)} ${sign} ${code(expression.right)})`
    }
    case 'compare':
      return comparisonCode(expression, code)
    case 'pipe':
      return pipeCode(expression, code, use)
  }
}

function comparisonCode(
  { operator, left, right }: CompareExpression,
  code: (one: Expression) => string,
): string {
  const withNull = [left, right].some((one) => one.kind === 'literal' && one.value === null)
  const equal = withNull ? '==' : '==='
  const signs: Readonly<Record<string, string>> = { '==': equal, '!=': `!${equal.slice(1)}` }
  return `(${code(left)} ${signs[operator] ?? operator} ${code(right)})`
}

function pipeCode(
  { name, value, args, options }: PipeExpression,
  code: (one: Expression) => string,
  use: (name: string) => string,
): string {
  const given = args.map(code)
  const known = Object.hasOwn(builtInPipes, name) ? builtInPipes[name] : undefined
  const named = options.map((option) => `${JSON.stringify(option.name)}: ${code(option.value)}`)
  if (known !== undefined && named.length > 0) {
    while (given.length < known.args.length) given.push('undefined')
  }
  if (named.length > 0) given.push(`{ ${named.join(', ')} }`)
  if (known === undefined) return `pipes[${JSON.stringify(name)}](${[code(value), ...given].join(', ')})`
  return `${use(`pipe_${name}`)}(${['$', code(value), ...given].join(', ')})`
}

/** What a partial or component is given, as JavaScript. */
export function argumentsCode(
  { spread, named }: Arguments,
  variables: Variables,
  use: (name: string) => string,
): string {
  if (named.length === 0) return spread === undefined ? '{}' : `(${pathCode(spread, variables)} ?? {})`
  const own = named.map(
    ({ name, value }) => `${JSON.stringify(name)}: ${expressionCode(value, variables, use)}`,
  )
  const all = spread === undefined ? own : [`...${pathCode(spread, variables)}`, ...own]
  return `{ ${all.join(', ')} }`
}
