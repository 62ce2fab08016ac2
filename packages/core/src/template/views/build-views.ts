import { globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Analysed } from '../analysis.ts'
import { compile } from '../compiler/compiler.ts'
import {
  type GeneratedViews,
  type GenerateOptions,
  type Generation,
  readGeneration,
  specifierTo,
  textOf,
  writeChanged,
} from './generate-views.ts'
import type { ViewsForm } from './views-text.ts'

/** How every compiled module begins; a file that begins otherwise is not ours to remove. */
const firstLine = '// @ts-nocheck: JavaScript, compiled by buildViews; do not edit.'

/**
 * Writes `views.gen.ts` for production: the same types and the same exports as `generateViews`, but its values import
 * plain compiled modules, which are written into the folder `views.gen` beside it. Nothing is parsed at run time, and
 * the templates themselves are not needed any more. Modules whose template is gone are removed.
 *
 * Throws `TemplateError` with everything that is wrong with the templates, and `ZZZ_OPTION_INVALID`.
 */
export async function buildViews(options: GenerateOptions): Promise<GeneratedViews> {
  const generation = await readGeneration('buildViews', options)
  const { project, file } = generation
  const folder = file.replace(/\.[cm]?ts$/, '')
  const modules = new Map(project.names.map((name) => [name, join(folder, `${name}.ts`)]))
  let changed = false
  for (const [name, path] of modules) {
    const analysed = project.analysis.templates.get(name) as Analysed
    if (writeChanged(path, moduleText(analysed, path, modules, generation))) changed = true
  }
  for (const path of globSync('**/*.ts', { cwd: folder })) {
    const known = project.names.includes(path.slice(0, -3).split(sep).join('/'))
    const file = join(folder, path)
    if (!known && readFileSync(file, 'utf8').startsWith(firstLine)) rmSync(file)
  }
  const variables = new Map(project.names.map((name, index) => [name, `template${index}`]))
  const form: ViewsForm = {
    head: [...variables].map(([name, variable]) => {
      const path = specifierTo(file, modules.get(name) as string)
      return `import { template as ${variable} } from ${JSON.stringify(path)}`
    }),
    load: (name) => `() => ${variables.get(name)}`,
  }
  if (writeChanged(file, textOf(generation, form))) changed = true
  return { file, templates: project.names.length, changed }
}

function moduleText(
  { template, escaping, readsShared, source }: Analysed,
  path: string,
  modules: ReadonlyMap<string, string>,
  { pipes }: Generation,
): string {
  const { runtime, templates, declarations, object } = compile(template, escaping, readsShared)
  const others = [...templates].map(([variable, name]) => {
    const other = relative(dirname(path), modules.get(name) as string)
      .split(sep)
      .join('/')
    const specifier = other.startsWith('.') ? other : `./${other}`
    return `import { template as ${variable} } from ${JSON.stringify(specifier)}`
  })
  const imports = [
    ...(runtime.length === 0 ? [] : [`import { ${runtime.join(', ')} } from '@zzz/core/template/runtime'`]),
    ...(pipes === undefined || !object.includes('pipes[')
      ? []
      : [`import { pipes } from ${JSON.stringify(specifierTo(path, pipes))}`]),
    ...others,
  ]
  return [
    firstLine,
    `// From ${source.file}`,
    "import type { Compiled } from '@zzz/core/template/runtime'",
    ...imports,
    '',
    ...(declarations === '' ? [] : [declarations, '']),
    `export const template: Compiled = ${object}`,
    '',
  ].join('\n')
}
