import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ZzzError } from '../../errors.ts'
import { isText } from '../../internal/option-rules.ts'
import { checkOptions, describe, type OptionRules, type Rule } from '../../internal/options.ts'
import { readProject, type TemplateProject } from './template-project.ts'
import { type ViewsForm, viewsText } from './views-text.ts'

/** Options of `generateViews` and `buildViews`. */
export interface GenerateOptions {
  /** The folder of the templates, a path or a `file:` URL. */
  root: string | URL
  /** The file to write. Default: `views.gen.ts` beside the folder. */
  out?: string | URL | undefined
  /**
   * The module of the application's own pipes, with an export `pipes` made by `definePipes`. Default: `pipes.ts` beside
   * the folder, if there is one. It is imported to learn their names.
   */
  pipes?: string | URL | undefined
}

/** What was generated. */
export interface GeneratedViews {
  readonly file: string
  /** How many templates there are. */
  readonly templates: number
  /** False when the file was up to date. */
  readonly changed: boolean
}

/** The rule of a folder or file. */
export const pathRule: Rule = ['a path or a file: URL', (value) => isText(value) || value instanceof URL]

const optionRules: OptionRules<GenerateOptions> = { root: pathRule, out: pathRule, pipes: pathRule }

/** What generating and building have in common. */
export interface Generation {
  readonly project: TemplateProject
  readonly root: string
  readonly file: string
  /** The module of the pipes, as a path. */
  readonly pipes: string | undefined
}

/**
 * Writes `views.gen.ts`: the type of the data of every template, and the templates as values that are compiled when they
 * are first used. In development a changed template is compiled again. Run it before the type check and when a template
 * changes; the file is written only if its text changes, and belongs into `.gitignore`.
 *
 * Throws `TemplateError` with everything that is wrong with the templates, and `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * await generateViews({ root: 'src/views' })   // writes src/views.gen.ts
 * ```
 */
export async function generateViews(options: GenerateOptions): Promise<GeneratedViews> {
  const generation = await readGeneration('generateViews', options)
  const { project, root, file, pipes } = generation
  const folder = specifierTo(file, root)
  const load = pipes === undefined ? '' : ', pipes'
  const form: ViewsForm = {
    head: [
      "import { loadViews } from '@zzz/core/template/build'",
      ...(pipes === undefined ? [] : [`import { pipes } from ${JSON.stringify(specifierTo(file, pipes))}`]),
      '',
      `const load = loadViews({ root: new URL(${JSON.stringify(`${folder}/`)}, import.meta.url)${load} })`,
    ],
    load: (name) => `load(${JSON.stringify(name)})`,
  }
  const changed = writeChanged(file, textOf(generation, form))
  return { file, templates: project.names.length, changed }
}

/** Checks the options and analyses the folder. `where` is who is told of what is wrong. */
export async function readGeneration(where: string, options: GenerateOptions): Promise<Generation> {
  checkOptions(where, options, optionRules)
  const root = toPath(options.root)
  if (!existsSync(root)) throw new ZzzError('ZZZ_OPTION_INVALID', `${where}: there is no folder ${root}`)
  const file = options.out === undefined ? join(dirname(root), 'views.gen.ts') : toPath(options.out)
  const beside = join(dirname(root), 'pipes.ts')
  const usual = existsSync(beside) ? beside : undefined
  const pipes = options.pipes === undefined ? usual : toPath(options.pipes)
  const project = readProject(root, await pipeNames(where, pipes))
  return { project, root, file, pipes }
}

/** The text of `views.gen.ts` in one of its forms. */
export function textOf({ project, root, file, pipes }: Generation, form: ViewsForm): string {
  return viewsText({
    templates: project.names.flatMap((name) => project.analysis.templates.get(name) ?? []),
    tree: project.tree,
    folder: specifierTo(file, root),
    pipes: pipes === undefined ? undefined : specifierTo(file, pipes),
    form,
  })
}

async function pipeNames(where: string, path: string | undefined): Promise<ReadonlySet<string>> {
  if (path === undefined) return new Set()
  const { pipes } = (await import(pathToFileURL(path).href)) as { pipes?: unknown }
  if (typeof pipes === 'object' && pipes !== null) return new Set(Object.keys(pipes))
  throw new ZzzError(
    'ZZZ_OPTION_INVALID',
    `${where}: ${path} has to export "pipes", made by definePipes, and exports ${describe(pipes)}`,
  )
}

/** A file or folder as another file imports it. */
export function specifierTo(from: string, to: string): string {
  const path = relative(dirname(from), to).split(sep).join('/')
  return path.startsWith('.') ? path : `./${path}`
}

/** Writes a file unless it holds the text already, so that watchers rest. */
export function writeChanged(file: string, text: string): boolean {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return true
}

/** A path or `file:` URL as an absolute path. */
export function toPath(path: string | URL): string {
  return resolve(path instanceof URL || path.startsWith('file:') ? fileURLToPath(path) : path)
}
