import assert from 'node:assert/strict'
import { type Analysis, analyse } from './analysis.ts'
import { link } from './compiler/link.ts'
import type { Pipe } from './pipes.ts'
import { Source } from './problem.ts'
import type { Compiled } from './runtime/compiled.ts'
import { type PageOptions, renderPage, renderPageParts, toPage } from './runtime/render.ts'
import { joinRendered } from './runtime/rendered.ts'
import { TemplateError } from './template-error.ts'
import { dataTypes } from './views/view-names.ts'

/** Templates by name, as text. */
export type Templates = Readonly<Record<string, string>>

/** Analyses templates that are given as text. */
export function analyseTexts(templates: Templates, pipes: Readonly<Record<string, Pipe>> = {}): Analysis {
  const names = Object.keys(templates)
  const types = dataTypes(names)
  const find = (name: string) =>
    Object.hasOwn(templates, name) ? new Source(`${name}.html.zzz`, templates[name] as string) : undefined
  const options = { pipes: new Set(Object.keys(pipes)), typeOf: (name: string) => types.get(name) ?? 'Data' }
  return analyse(names, names, find, options)
}

/** The compiled template `main`, or the one and only. Throws what is wrong with the templates. */
export function compileTexts(
  given: Templates | string,
  pipes: Readonly<Record<string, Pipe>> = {},
): Compiled {
  const templates = typeof given === 'string' ? { main: given } : given
  const { templates: analysed, problems } = analyseTexts(templates, pipes)
  if (problems.length > 0) throw new TemplateError(problems)
  return link('main', analysed, pipes, new Map())
}

/** Renders a template both ways, which have to agree. */
export function renderText(
  given: Templates | string,
  data: object = {},
  options: PageOptions & { pipes?: Readonly<Record<string, Pipe>> } = {},
): string {
  const { pipes, ...page } = options
  const compiled = compileTexts(given, pipes)
  const text = renderPage(compiled, data, undefined, toPage(page))
  const parts = renderPageParts(compiled, data, undefined, toPage(page))
  assert.equal(joinRendered(parts), text, 'the parts join to another text')
  return text
}

/** Places and messages of what is wrong with a template. */
export function problemsOf(given: Templates | string, pipes: Readonly<Record<string, Pipe>> = {}): string[] {
  const templates = typeof given === 'string' ? { main: given } : given
  return analyseTexts(templates, pipes).problems.map(({ file, line, column, message }) => {
    return `${file === 'main.html.zzz' ? '' : `${file}:`}${line}:${column} ${message}`
  })
}
