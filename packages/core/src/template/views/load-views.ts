import { statSync } from 'node:fs'
import { join } from 'node:path'
import { flagRule, isObject } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { analyse } from '../analysis.ts'
import { link } from '../compiler/link.ts'
import type { Pipe } from '../pipes.ts'
import { Source } from '../problem.ts'
import type { Compiled } from '../runtime/compiled.ts'
import { suggest } from '../suggest.ts'
import { TemplateError } from '../template-error.ts'
import { pathRule, toPath } from './generate-views.ts'
import { extension, readTemplate, templateNames } from './views-folder.ts'

/** Options of `loadViews`. */
export interface LoadOptions {
  /** The folder of the templates, a path or a `file:` URL. */
  root: string | URL
  /** The application's own pipes. Default: none. */
  pipes?: Readonly<Record<string, Pipe>> | undefined
  /** Whether changed templates are compiled again. Default: in development (`ZZZ_ENV`, else `NODE_ENV`). */
  reload?: boolean | undefined
}

const optionRules: OptionRules<LoadOptions> = {
  root: pathRule,
  pipes: ['an object of functions', isObject],
  reload: flagRule,
}

/** A compiled template with the files it was made of. */
interface Loaded {
  readonly compiled: Compiled
  /** Path and state of each file. */
  readonly files: ReadonlyMap<string, string>
}

/**
 * Gives templates of a folder by name, compiled when they are first used. With `reload`, one is compiled again when its
 * file, or that of a template it puts in, has changed; the functions that were given keep working.
 *
 * Using a template throws `TemplateError` when it, or one that it puts in, has errors.
 */
export function loadViews(options: LoadOptions): (name: string) => () => Compiled {
  checkOptions('loadViews', options, optionRules)
  const root = toPath(options.root)
  const environment = process.env.ZZZ_ENV || process.env.NODE_ENV
  const { pipes = {}, reload = environment === 'development' } = options
  const loaded = new Map<string, Loaded>()
  const load = (name: string): Loaded => {
    const known = loaded.get(name)
    if (known !== undefined && (!reload || isCurrent(known))) return known
    const fresh = compileTemplate(root, name, pipes)
    loaded.set(name, fresh)
    return fresh
  }
  return (name) => () => load(name).compiled
}

function isCurrent({ files }: Loaded): boolean {
  for (const [file, state] of files) if (stateOf(file) !== state) return false
  return true
}

function stateOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? 'absent' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`
}

function compileTemplate(root: string, name: string, pipes: Readonly<Record<string, Pipe>>): Loaded {
  const files = new Map<string, string>()
  const find = (other: string): Source | undefined => {
    const file = join(root, `${other}${extension}`)
    // The state before the reading: a change in between is seen the next time.
    files.set(file, stateOf(file))
    return readTemplate(root, other)
  }
  const { templates, problems } = analyse([name], templateNames(root), find, {
    pipes: new Set(Object.keys(pipes)),
    typeOf: () => 'Data',
  })
  if (problems.length > 0) throw new TemplateError(problems)
  if (!templates.has(name)) {
    const source = new Source(`${name}${extension}`, '')
    source.problem(
      'ZZZ_TEMPLATE_REFERENCE',
      0,
      `There is no such template.${suggest(name, templateNames(root))}`,
    )
    throw new TemplateError(source.problems)
  }
  return { compiled: link(name, templates, pipes, new Map()), files }
}
