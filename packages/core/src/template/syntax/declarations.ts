import type { Source } from '../problem.ts'
import type { DeclaredProp, TypeImport } from './ast.ts'

/** TypeScript inside a tag, as written, with its offset. */
interface Written {
  readonly text: string
  readonly at: number
}

/** Reads the inside of `{{#props name: string, user?: User}}`. */
export function parseProps(source: Source, { text, at }: Written): DeclaredProp[] {
  const props: DeclaredProp[] = []
  for (const part of splitTop(text)) {
    const match = /^(\s*)([\p{L}_$][\p{L}\p{N}_$-]*|"[^"\\]+"|'[^'\\]+')(\?)?\s*:\s*([\s\S]*\S)\s*$/u.exec(
      part.text,
    )
    const start = at + part.at + (match?.[1]?.length ?? 0)
    const [, , name = '', optional, type = ''] = match ?? []
    const key = name.replace(/^["']|["']$/g, '')
    if (match === null || key === '__proto__') {
      if (part.text.trim() === '' && text.trim() !== '') continue
      source.problem('ZZZ_TEMPLATE_SYNTAX', start, 'Write {{#props name: Type, other?: Type}}')
    } else if (props.some((prop) => prop.name === key)) {
      source.problem('ZZZ_TEMPLATE_SYNTAX', start, `"${key}" is declared twice`)
    } else if (/[\r\n]\s*$|\/\/|\/\*/.test(type) || !isBalanced(type)) {
      source.problem('ZZZ_TEMPLATE_SYNTAX', start, `The type of "${key}" is not complete, or holds a comment`)
    } else props.push({ name: key, optional: optional === '?', type, at: start })
  }
  return props
}

/** Reads the inside of `{{#import { User, Team as Group } from "../user.ts"}}`. */
export function parseImport(source: Source, { text, at }: Written): TypeImport | undefined {
  const match = /^\s*(?:type\s*)?\{([^{}]*)\}\s*from\s*(?:"([^"\\\n]+)"|'([^'\\\n]+)')\s*$/.exec(text)
  const names = (match?.[1] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => /^(?:type\s+)?([\w$]+)(?:\s+as\s+([\w$]+))?$/.exec(part))
  if (match === null || names.length === 0 || names.includes(null)) {
    const message = 'Write {{#import { User } from "../user.ts"}}, the path as seen from this template'
    source.problem('ZZZ_TEMPLATE_SYNTAX', at, message)
    return undefined
  }
  return {
    names: names.map((one) => {
      const imported = one?.[1] as string
      return { imported, local: one?.[2] ?? imported }
    }),
    specifier: (match[2] ?? match[3]) as string,
    at,
  }
}

/** The parts between the commas that stand in no bracket and no quotes. */
function splitTop(text: string): Written[] {
  const parts: Written[] = []
  let depth = 0
  let start = 0
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string
    if (quote !== '') {
      if (character === '\\') i++
      else if (character === quote) quote = ''
    } else if (/["'`]/.test(character)) quote = character
    else if (/[{([<]/.test(character)) depth++
    else if (/[})\]>]/.test(character) && text[i - 1] !== '=') depth--
    else if (character === ',' && depth === 0) {
      parts.push({ text: text.slice(start, i), at: start })
      start = i + 1
    }
  }
  parts.push({ text: text.slice(start), at: start })
  return parts
}

const pairs: Readonly<Record<string, string>> = { '}': '{', ')': '(', ']': '[' }

/** Whether a type can stand inside generated text without reaching out of its place. */
function isBalanced(type: string): boolean {
  const open: string[] = []
  const bare = type.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\[\s\S])*`/g, '0')
  if (/["'`;]/.test(bare) && !/\{[^}]*;/.test(bare)) return false
  for (const character of bare) {
    if (/[{([]/.test(character)) open.push(character)
    else if (character in pairs && open.pop() !== pairs[character]) return false
  }
  return open.length === 0
}
