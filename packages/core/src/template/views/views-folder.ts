import { globSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { Source } from '../problem.ts'

/** What every template's file is called. */
export const extension = '.html.zzz'

/** A larger template is a mistake, and would stop the process while it is compiled. */
const largest = 1024 * 1024

/** The names of the templates in a folder, sorted: `users/show` for `users/show.html.zzz`. */
export function templateNames(root: string): string[] {
  return globSync(`**/*${extension}`, { cwd: root })
    .map((path) => path.split(sep).join('/').slice(0, -extension.length))
    .sort()
}

/** Whether a name can stand in generated text. */
export function isPlainName(name: string): boolean {
  return !/[\p{Cc}\u2028\u2029]/u.test(name) && !name.split('/').includes('__proto__')
}

/** Reads a template; undefined where there is none. A large one gets a problem and is not read. */
export function readTemplate(root: string, name: string): Source | undefined {
  // A name that leads out of the folder names no template of it.
  if (name.split('/').some((part) => part === '' || part.startsWith('.'))) return undefined
  const file = join(root, `${name}${extension}`)
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) return undefined
  // Editors end a file with a line break; a partial inside a line should bring none.
  if (size <= largest) {
    return new Source(`${name}${extension}`, readFileSync(file, 'utf8').replace(/^\ufeff|\r?\n$/g, ''))
  }
  const source = new Source(`${name}${extension}`, '')
  source.problem(
    'ZZZ_TEMPLATE_SYNTAX',
    0,
    `This template has ${size} bytes; more than ${largest} are refused`,
  )
  return source
}
