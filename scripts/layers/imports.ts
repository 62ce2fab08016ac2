import { type Token, tokenize } from './tokens.ts'

/** One import of a source file: `import … from`, `export … from`, `import '…'` or `import('…')`. */
export interface Import {
  /** What stands in the quotes. */
  readonly specifier: string
  readonly line: number
  /** True for `import type`, `export type` and `typeof import('…')`, which leave nothing behind at run time. */
  readonly typeOnly: boolean
}

/** The imports of a TypeScript or JavaScript text, in order. Dynamic imports of computed names are not seen. */
export function findImports(source: string): Import[] {
  const tokens = tokenize(source)
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'word' || tokens[index - 1]?.text === '.') return []
    const found =
      token.text === 'import'
        ? readImport(tokens, index)
        : token.text === 'export'
          ? readExport(tokens, index)
          : undefined
    return found ?? []
  })
}

function readImport(tokens: Token[], index: number): Import | undefined {
  const next = tokens[index + 1]
  if (next?.kind === 'string') return toImport(next, false)
  if (next?.text === '(') {
    const argument = tokens[index + 2]
    const typeOnly = tokens[index - 1]?.text === 'typeof'
    return argument?.kind === 'string' ? toImport(argument, typeOnly) : undefined
  }
  return readFrom(tokens, index + 1)
}

function readExport(tokens: Token[], index: number): Import | undefined {
  const first = tokens[index + 1]?.text === 'type' ? index + 2 : index + 1
  const opens = tokens[first]?.text
  return opens === '{' || opens === '*' ? readFrom(tokens, index + 1) : undefined
}

/** Reads on from what follows `import` or `export` to the string after `from`. */
function readFrom(tokens: Token[], start: number): Import | undefined {
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index] as Token
    const next = tokens[index + 1]
    if (token.text === 'from' && next?.kind === 'string') return toImport(next, isTypeOnly(tokens, start))
    if (token.kind === 'sign' && !['{', '}', ',', '*'].includes(token.text)) return undefined
    // `export { a }` without `from` ends here: no other word can follow its brace.
    if (token.text === '}' && next?.text !== 'from') return undefined
  }
  return undefined
}

/** `import type X from`, `import type { X } from`, but not `import type from` nor `import type, { X } from`. */
function isTypeOnly(tokens: Token[], start: number): boolean {
  if (tokens[start]?.text !== 'type') return false
  const [next, afterNext] = [tokens[start + 1], tokens[start + 2]]
  return next?.text !== ',' && !(next?.text === 'from' && afterNext?.kind === 'string')
}

function toImport(specifier: Token, typeOnly: boolean): Import {
  return { specifier: specifier.text, line: specifier.line, typeOnly }
}
