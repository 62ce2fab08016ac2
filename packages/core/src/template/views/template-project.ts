import { type Analysis, analyse, yieldsOf } from '../analysis.ts'
import type { Problem } from '../problem.ts'
import { suggest } from '../suggest.ts'
import { isLayout } from '../syntax/ast.ts'
import { allNodes } from '../syntax/walk.ts'
import { TemplateError } from '../template-error.ts'
import { dataTypes, type ViewTree, viewTree } from './view-names.ts'
import { isPlainName, readTemplate, templateNames } from './views-folder.ts'
import { reservedNames, resolveSpecifier } from './views-text.ts'

/** All templates of a folder, analysed together. */
export interface TemplateProject {
  readonly names: readonly string[]
  readonly analysis: Analysis
  readonly tree: ViewTree
}

/** Reads and analyses every template of a folder. Throws `TemplateError` with everything that is wrong. */
export function readProject(root: string, pipes: ReadonlySet<string>): TemplateProject {
  const names = templateNames(root)
  const types = dataTypes(names)
  const typeOf = (name: string) => types.get(name) ?? 'Data'
  const analysis = analyse(names, names, (name) => readTemplate(root, name), { pipes, typeOf })
  const { tree, conflicts } = viewTree(names)
  for (const name of conflicts) {
    const source = analysis.templates.get(name)?.source
    const message = `views.${name} would be this template and the folder beside it: call it ${name}/index.html.zzz`
    source?.problem('ZZZ_TEMPLATE_REFERENCE', 0, message)
  }
  for (const name of names) {
    if (isPlainName(name)) continue
    const message = `A template cannot be called ${JSON.stringify(name)}`
    analysis.templates.get(name)?.source.problem('ZZZ_TEMPLATE_REFERENCE', 0, message)
  }
  checkContents(analysis)
  checkImports(analysis)
  const problems = [...analysis.templates.values()].flatMap(({ source }) => source.problems)
  const all: readonly Problem[] = [...new Set([...analysis.problems, ...problems])]
  if (all.length > 0) throw new TemplateError(all)
  return { names, analysis, tree }
}

/** What `{{#content}}` gives has to be asked for by some layout, or it would be lost in silence. */
function checkContents({ templates }: Analysis): void {
  const yields = new Set<string>()
  for (const [name, { template }] of templates) {
    if (!isLayout(name)) continue
    for (const yielded of yieldsOf(template)) yields.add(yielded)
  }
  for (const { template, source } of templates.values()) {
    for (const node of allNodes(template.nodes)) {
      if (node.kind !== 'content' || yields.has(node.name)) continue
      const message = `No layout has {{{yield "${node.name}"}}}.${suggest(node.name, yields)}`
      source.problem('ZZZ_TEMPLATE_REFERENCE', node.at, message)
    }
  }
}

/** In one generated file a name can mean one type only. */
function checkImports({ templates }: Analysis): void {
  const meanings = new Map([...reservedNames].map((name) => [name, 'a name of the generated file']))
  for (const { template, source, type } of templates.values()) {
    meanings.set(type, 'the data of a template')
    for (const { names, specifier, at } of template.imports) {
      for (const { imported, local } of names) {
        const meaning = `${imported} of ${resolveSpecifier(specifier, template.name, '.')}`
        const known = meanings.get(local) ?? meaning
        meanings.set(local, meaning)
        if (known === meaning) continue
        const message = `"${local}" is ${known} already: import { ${imported} as Other${local} }`
        source.problem('ZZZ_TEMPLATE_REFERENCE', at, message)
      }
    }
  }
}
