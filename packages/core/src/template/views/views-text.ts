import { posix } from 'node:path'
import type { Analysed } from '../analysis.ts'
import type { TypeCheck } from '../inference/expression-inference.ts'
import { declareProps, declareShape, propsLiteral } from '../inference/type-text.ts'
import { isLayout } from '../syntax/ast.ts'
import type { ViewTree } from './view-names.ts'

/** How the values of a generated file get at their templates. */
export interface ViewsForm {
  /** Lines after the imports of types. */
  readonly head: readonly string[]
  /** A function that gives the compiled template of that name, as an expression. */
  readonly load: (name: string) => string
}

/** What the text of `views.gen.ts` is made of. */
export interface ViewsParts {
  readonly templates: readonly Analysed[]
  readonly tree: ViewTree
  /** From the file's folder to the templates', with slashes: `./views`. */
  readonly folder: string
  /** The module of the application's pipes as the file imports it. */
  readonly pipes: string | undefined
  readonly form: ViewsForm
}

/** The types of `@zzz/core/template` that generated types are made of. */
const vocabulary: readonly string[] = [
  'Absent',
  'Check',
  'Comparable',
  'Datelike',
  'Each',
  'Html',
  'Json',
  'Later',
  'Link',
  'Numeric',
  'Ordered',
  'PipeArity',
  'PipeInput',
  'PipeOption',
  'PipeOutput',
  'Plain',
  'Printable',
  'Reads',
  'Text',
  'Value',
]

/** Names that mean something in a generated file, so that an import of a template cannot have them. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...vocabulary,
  ...[
    'Date',
    'Omit',
    'Pipes',
    'Shared',
    'TemplateChecks',
    'URL',
    'createLayout',
    'createView',
    'load',
    'loadViews',
  ],
  ...['pipes', 'views'],
])

/** Whether a name is used in TypeScript, outside of texts and comments. */
function uses(code: string, name: string): boolean {
  return new RegExp(`(?<![\\w$.])${name}(?![\\w$])`).test(code)
}

/** The text of `views.gen.ts`: an interface for the data of each template, and the views as values. */
export function viewsText(parts: ViewsParts): string {
  const { templates, form, tree, pipes, folder } = parts
  const body = templates.map((one) => declareTemplate(one)).join('\n\n')
  const checks = templates.flatMap(checksOf)
  const code = `${body}\n${checks.join('\n')}`.replaceAll(/"(?:[^"\\]|\\.)*"|\/\/.*|\/\*.*\*\//g, '""')
  const types = vocabulary.filter((name) => uses(code, name)).map((name) => `type ${name}`)
  const some = (wanted: boolean) => templates.some(({ template }) => isLayout(template.name) === wanted)
  const makers = [...(some(true) ? ['createLayout'] : []), ...(some(false) ? ['createView'] : [])]
  const imported = [...types, ...makers]
  const typesOfPipes = pipes !== undefined && uses(code, 'Pipes')
  const lines = [
    '// Generated from the templates by generateViews or buildViews; do not edit.',
    ...(imported.length === 0 ? [] : [`import { ${imported.join(', ')} } from '@zzz/core/template'`]),
    ...importsOf(templates, folder),
    ...(templates.length === 0 ? [] : form.head),
    ...(typesOfPipes ? ['', `type Pipes = typeof import(${JSON.stringify(pipes)}).pipes`] : []),
    '',
    body,
    '',
    '/** What all layouts, and all views that read `@shared`, need: the result of `views.shared`. */',
    `export type Shared = ${sharedType(templates)}`,
    ...(checks.length === 0 ? [] : ['', `export type TemplateChecks = [\n${checks.join(',\n')},\n]`]),
    '',
    '/** Every template as a value. */',
    `export const views = ${treeText(tree, parts, '')}`,
  ]
  return `${lines.join('\n')}\n`
}

const templateOf = (name: string, templates: readonly Analysed[]): Analysed | undefined =>
  templates.find((one) => one.template.name === name)

function declareTemplate({ template, source, inferred, type }: Analysed): string {
  const { props, name } = template
  const label = (at: number) => source.label(at)
  const lines = [`// ${source.file}`]
  if (props === undefined) lines.push(declareShape(type, inferred.root))
  else lines.push(declareProps(type, props, label), declareShape(`${type}$reads`, inferred.root))
  if (!isLayout(name) && inferred.shared.asks) {
    lines.push(declareShape(sharedName(type), inferred.shared))
  }
  return lines.join('\n')
}

const sharedName = (type: string): string => `${type.replace(/Data(\d*)$/, '$1')}Shared`

/** The types that the compiler has to find assignable. */
function checksOf({ template, inferred, type, source }: Analysed): string[] {
  const { props } = template
  const declared =
    props === undefined ? [] : [declaredCheck(propsLiteral(props), `${type}$reads`, source.file)]
  return [...declared, ...inferred.checks].map(({ given, needed, label }) => {
    return `  Check<${given}, ${needed}, ${JSON.stringify(label)}>`
  })
}

/** Declared data against what the template does with it. */
function declaredCheck(given: string, needed: string, label: string): TypeCheck {
  return { given: `Reads<${given}, ${needed}>`, needed, label }
}

/** What a template needs to be shared: its own, and that of everything it puts in. */
function sharedOf({ template, type, inferred, needs }: Analysed, all: readonly Analysed[]): string[] {
  const own = isLayout(template.name) ? [] : inferred.shared.asks ? [sharedName(type)] : []
  const others = [...needs].flatMap((name) => {
    const other = templateOf(name, all)
    if (other === undefined || isLayout(name) || !other.inferred.shared.asks) return []
    return [sharedName(other.type)]
  })
  return [...own, ...others]
}

function sharedType(templates: readonly Analysed[]): string {
  const parts = templates.flatMap(({ template, type, inferred }) => {
    if (!inferred.shared.asks) return []
    return [isLayout(template.name) ? type : sharedName(type)]
  })
  return parts.length === 0 ? 'object' : parts.join(' & ')
}

/** The types that templates import, paths as seen from the generated file. Each name is imported once. */
function importsOf(templates: readonly Analysed[], folder: string): string[] {
  const lines = new Set<string>()
  for (const { template } of templates) {
    for (const { names, specifier } of template.imports) {
      const path = resolveSpecifier(specifier, template.name, folder)
      for (const { imported, local } of names) {
        const renamed = imported === local ? imported : `${imported} as ${local}`
        lines.add(`import type { ${renamed} } from ${JSON.stringify(path)}`)
      }
    }
  }
  return [...lines].sort()
}

/** A relative path as seen from the generated file; packages and `#imports` are the same everywhere. */
export function resolveSpecifier(specifier: string, template: string, folder: string): string {
  if (!specifier.startsWith('.')) return specifier
  const path = posix.join(folder, posix.dirname(template), specifier)
  return path.startsWith('.') ? path : `./${path}`
}

function treeText(tree: ViewTree, parts: ViewsParts, indent: string): string {
  const inner = `${indent}  `
  const entries = [...tree].sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = entries.map(([key, value]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
    return `${inner}${name}: ${value instanceof Map ? treeText(value, parts, inner) : viewText(value, parts)},`
  })
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`
}

function viewText(name: string, { templates, form }: ViewsParts): string {
  const analysed = templateOf(name, templates) as Analysed
  const quoted = JSON.stringify(name)
  const load = form.load(name)
  if (isLayout(name)) return `createLayout<Shared>(${quoted}, ${load})`
  const types = [analysed.type, ...new Set([sharedOf(analysed, templates).join(' & ')])].filter(
    (one) => one !== '',
  )
  return `createView<${types.join(', ')}>(${quoted}, ${load})`
}
