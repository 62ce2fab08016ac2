import { analyseEscaping, type Escaping } from './escaping/escaping.ts'
import { type Callee, type Inferred, infer } from './inference/inference.ts'
import type { Problem, Source } from './problem.ts'
import { suggest } from './suggest.ts'
import { isLayout, type Template } from './syntax/ast.ts'
import { parse } from './syntax/parser.ts'
import { referencesOf } from './syntax/references.ts'
import { allNodes } from './syntax/walk.ts'

/** A template with everything that was found out about it. */
export interface Analysed {
  readonly template: Template
  readonly source: Source
  readonly escaping: Escaping
  readonly inferred: Inferred
  /** The name of the interface of its data. */
  readonly type: string
  /** The templates it needs, itself not among them, each before those that need it. */
  readonly needs: ReadonlySet<string>
  readonly readsShared: boolean
}

/** A set of templates that was looked at as a whole. */
export interface Analysis {
  /** By name, each template after those it needs. */
  readonly templates: ReadonlyMap<string, Analysed>
  readonly problems: readonly Problem[]
}

/** What an analysis is told beside the templates. */
export interface AnalysisOptions {
  /** The names of the application's own pipes. */
  readonly pipes: ReadonlySet<string>
  /** Names the interface of a template's data. */
  readonly typeOf: (name: string) => string
}

/**
 * Analyses templates together: what each of them is given by others is checked against what it reads. `find` gives the
 * source of a template by name; `names` says where to begin, all others are looked up as they are needed.
 */
export function analyse(
  names: Iterable<string>,
  known: Iterable<string>,
  find: (name: string) => Source | undefined,
  options: AnalysisOptions,
): Analysis {
  const run = new AnalysisRun(new Set(known), find, options)
  for (const name of names) run.visit(name)
  return { templates: run.templates, problems: [...run.sources].flatMap(({ problems }) => problems) }
}

class AnalysisRun {
  readonly templates = new Map<string, Analysed>()
  readonly sources = new Set<Source>()
  readonly #known: ReadonlySet<string>
  readonly #find: (name: string) => Source | undefined
  readonly #options: AnalysisOptions
  readonly #parsed = new Map<string, { readonly source: Source; readonly template: Template }>()
  /** The way from the template that was asked for to the one being looked at. */
  readonly #way: string[] = []

  constructor(
    known: ReadonlySet<string>,
    find: (name: string) => Source | undefined,
    options: AnalysisOptions,
  ) {
    this.#known = known
    this.#find = find
    this.#options = options
  }

  visit(name: string): Analysed | undefined {
    const done = this.templates.get(name)
    if (done !== undefined) return done
    const parsed = this.#parse(name)
    if (parsed === undefined) return undefined
    const { source, template } = parsed
    this.#way.push(name)
    const needs = new Set<string>()
    for (const reference of referencesOf(template)) this.#follow(reference, source, needs)
    this.#way.pop()
    const analysed = this.#analyse(source, template, needs)
    this.templates.set(name, analysed)
    return analysed
  }

  #parse(name: string) {
    const known = this.#parsed.get(name)
    if (known !== undefined) return known
    const source = this.#find(name)
    if (source === undefined) return undefined
    this.sources.add(source)
    const parsed = { source, template: parse(source, name) }
    this.#parsed.set(name, parsed)
    return parsed
  }

  #follow(
    { template, what, at }: ReturnType<typeof referencesOf>[number],
    source: Source,
    needs: Set<string>,
  ): void {
    const start = this.#way.indexOf(template)
    if (start !== -1) {
      const circle = [...this.#way.slice(start), template].join(' → ')
      source.problem('ZZZ_TEMPLATE_REFERENCE', at, `Templates cannot contain themselves: ${circle}`)
      return
    }
    const found = this.visit(template)
    if (found === undefined) {
      const advice = suggest(template, this.#known)
      source.problem(
        'ZZZ_TEMPLATE_REFERENCE',
        at,
        `There is no template "${template}" for this ${what}.${advice}`,
      )
      return
    }
    if (what === 'layout' && !isLayout(template)) {
      source.problem(
        'ZZZ_TEMPLATE_REFERENCE',
        at,
        `"${template}" is no layout: layouts stand in a folder layouts`,
      )
    } else if (what !== 'layout' && isLayout(template)) {
      source.problem(
        'ZZZ_TEMPLATE_REFERENCE',
        at,
        `"${template}" is a layout; name it with {{#layout "${template}"}}`,
      )
    }
    for (const name of found.needs) needs.add(name)
    needs.add(template)
  }

  #analyse(source: Source, template: Template, needs: ReadonlySet<string>): Analysed {
    const escaping = analyseEscaping(source, template.nodes)
    const inferred = infer(source, template, escaping, {
      callee: (name) => this.#callee(name),
      pipes: this.#options.pipes,
    })
    const readsShared =
      inferred.shared.asks || [...needs].some((name) => this.templates.get(name)?.readsShared === true)
    const type = this.#options.typeOf(template.name)
    return { template, source, escaping, inferred, type, needs, readsShared }
  }

  #callee(name: string): Callee | undefined {
    const analysed = this.templates.get(name)
    // Nothing is known of what one reads that could not be read itself.
    if (
      analysed === undefined ||
      analysed.source.problems.some(({ code }) => code === 'ZZZ_TEMPLATE_SYNTAX')
    ) {
      return undefined
    }
    const { template, type, needs } = analysed
    const all = [template, ...[...needs].map((one) => this.templates.get(one)?.template)]
    const givesContents = all.some((one) => one !== undefined && hasContents(one))
    return { type, keys: this.#keys(analysed), yields: yieldsOf(template), givesContents }
  }

  /** The keys of a template's data: those it reads, and those it hands on whole. */
  #keys({ template, inferred }: Analysed): Map<string, { readonly optional: boolean }> {
    if (template.props !== undefined) {
      return new Map(template.props.map(({ name, optional }) => [name, { optional }]))
    }
    const keys = new Map<string, { readonly optional: boolean }>()
    for (const { name, except } of inferred.handsOn) {
      const other = this.templates.get(name)
      if (other === undefined) continue
      for (const [key, optional] of this.#keys(other)) if (!except.has(key)) keys.set(key, optional)
    }
    for (const key of inferred.root.properties.keys()) keys.set(key, { optional: false })
    return keys
  }
}

/** The names of the yields of a template. */
export function yieldsOf({ nodes }: Template): Set<string> {
  const yields = new Set<string>()
  for (const node of allNodes(nodes)) if (node.kind === 'yield') yields.add(node.name)
  return yields
}

function hasContents({ nodes }: Template): boolean {
  for (const { kind } of allNodes(nodes)) if (kind === 'content') return true
  return false
}
