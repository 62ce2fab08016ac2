import type { PathExpression } from '../syntax/ast.ts'

/** The JavaScript names at one point of a compiled template. */
export interface Variables {
  readonly names: ReadonlyMap<string, string>
  /** What `this` is, and what `@root` is. */
  readonly self: string
  /** The innermost each block: its index and its last index. */
  readonly index: string
  readonly last: string
}

/** At the beginning of a template `this` is its data. */
export const rootVariables: Variables = { names: new Map(), self: 'd', index: '0', last: '0' }

/** The variables inside a block that gives a name to a value, or makes it `this`. */
export function withVariable(variables: Variables, name: string | undefined, code: string): Variables {
  if (name === undefined) return { ...variables, self: code }
  return { ...variables, names: new Map(variables.names).set(name, code) }
}

/** A path as JavaScript; a value that is absent on the way gives undefined. */
export function pathCode({ head, keys }: PathExpression, variables: Variables): string {
  switch (head) {
    case 'this':
      return below(variables.self, keys)
    case '@root':
      return below('d', keys)
    case '@shared':
      return below('$.shared', keys)
    case '@slots':
      return `(y?.[${JSON.stringify(keys[0] ?? '')}] !== undefined)`
    case '@index':
      return variables.index
    case '@first':
      return `(${variables.index} === 0)`
    case '@last':
      return `(${variables.index} === ${variables.last})`
  }
  const code = variables.names.get(head)
  return code === undefined ? below(variables.self, [head, ...keys]) : below(code, keys)
}

function below(code: string, keys: readonly string[]): string {
  return keys.reduce((value, key) => {
    // Data and what is checked by its type are objects; what stands below them may be absent.
    const chain = value === 'd' ? '' : '?'
    if (/^[A-Za-z_$][\w$]*$/.test(key)) return `${value}${chain}.${key}`
    const index = /^(?:0|[1-9]\d*)$/.test(key) ? key : JSON.stringify(key)
    return `${value}${chain && '?.'}[${index}]`
  }, code)
}
