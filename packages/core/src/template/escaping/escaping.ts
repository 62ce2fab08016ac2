import type { Source } from '../problem.ts'
import type { EachNode, Node, OutputNode, TextNode } from '../syntax/ast.ts'
import { bodiesOf } from '../syntax/walk.ts'
import { readHtml, UnsafeText } from './html-reader.ts'
import { type HtmlState, htmlStart, openValue } from './html-state.ts'
import { joinStates } from './join-states.ts'
import { type SlotContext, slotAt } from './slot-context.ts'

/** What the analysis of a template's HTML decides. */
export interface Escaping {
  /** The static text, quotes put in where values had none. */
  readonly texts: ReadonlyMap<TextNode, string>
  readonly contexts: ReadonlyMap<OutputNode, SlotContext>
  /** Nodes that a quote has to stand in front of. */
  readonly quoted: ReadonlySet<Node>
}

/**
 * Follows HTML's tokenizer over the static text, through all branches, and decides what each slot is escaped for. What
 * cannot be made safe is noted as a problem: slots in the names of tags and attributes or in code, branches that leave
 * different places, templates that end inside a tag.
 */
export function analyseEscaping(source: Source, nodes: readonly Node[]): Escaping {
  const analysis = new EscapingAnalysis(source)
  analysis.whole(nodes, source.text.length)
  return analysis
}

class EscapingAnalysis implements Escaping {
  readonly texts = new Map<TextNode, string>()
  readonly contexts = new Map<OutputNode, SlotContext>()
  readonly quoted = new Set<Node>()
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  /** Nodes that begin and end in text: a template, the content of a slot. */
  whole(nodes: readonly Node[], end: number): void {
    const { place, element, foreign } = this.#nodes(nodes, htmlStart)
    if (place !== 'text') {
      this.#unsafe(
        end,
        `This ends inside ${describePlace(place, element)}; it has to end where it began, in text`,
      )
    } else if (foreign > 0) this.#unsafe(end, 'This ends inside an <svg> or <math> that is not closed')
  }

  #unsafe(at: number, message: string): void {
    this.#source.problem('ZZZ_TEMPLATE_UNSAFE', at, message)
  }

  #nodes(nodes: readonly Node[], start: HtmlState): HtmlState {
    return nodes.reduce((state, node) => this.#node(node, state), start)
  }

  #node(node: Node, before: HtmlState): HtmlState {
    if (node.kind === 'text') return this.#text(node, before)
    if (node.kind === 'output') return this.#output(node, before)
    const { state, text } = openValue(before)
    if (text !== '') this.quoted.add(node)
    switch (node.kind) {
      case 'if':
        return this.#branches(node, state, [...node.branches.map(({ body }) => body), node.otherwise ?? []])
      case 'with':
        return this.#branches(node, state, [node.body, node.otherwise ?? []])
      case 'each':
        return this.#each(node, state)
      default:
        return this.#insertion(node, state)
    }
  }

  #text(node: TextNode, before: HtmlState): HtmlState {
    try {
      const { state, text } = readHtml(before, node.value)
      this.texts.set(node, text)
      return state
    } catch (error) {
      if (!(error instanceof UnsafeText)) throw error
      this.#unsafe(node.at + error.index, error.message)
      this.texts.set(node, node.value)
      return htmlStart
    }
  }

  #output(node: OutputNode, before: HtmlState): HtmlState {
    const slot = slotAt(before, node.raw)
    if (node.raw && before.place === 'script' && before.script.held === '$') {
      this.#unsafe(
        node.at,
        'This is read as $ and a raw {{{…}}}; leave a space between the brace of the literal and {{…}}',
      )
    }
    if (slot.text !== '') this.quoted.add(node)
    if (slot.unsafe === undefined) this.contexts.set(node, slot.context)
    else {
      this.contexts.set(node, 'raw')
      this.#unsafe(
        node.at,
        `A value cannot stand here: ${slot.unsafe}. {{{…}}} puts it in as it is, if you trust it`,
      )
    }
    return slot.state
  }

  #branches(node: Node, start: HtmlState, bodies: readonly (readonly Node[])[]): HtmlState {
    const [first, ...rest] = bodies.map((body) => this.#nodes(body, start)) as [HtmlState, ...HtmlState[]]
    return rest.reduce((joined, end) => this.#join(node, joined, end), first)
  }

  #join(node: Node, a: HtmlState, b: HtmlState): HtmlState {
    const joined = joinStates(a, b)
    if (joined !== undefined) return joined
    const places = [describePlace(a.place, a.element), describePlace(b.place, b.element)]
    const where = places[0] === places[1] ? `different places of ${places[0]}` : places.join(' or in ')
    this.#unsafe(node.at, `The branches of this block end in ${where}; they have to end in the same place`)
    return htmlStart
  }

  /** A body that may run again begins where it ends as well as where the block begins. */
  #each(node: EachNode, start: HtmlState): HtmlState {
    let begin = start
    for (let round = 0; ; round++) {
      const end = this.#nodes(node.body, begin)
      const joined = joinStates(begin, end)
      if (joined === undefined || round === 3) {
        const where = `${describePlace(begin.place, begin.element)} and ends in ${describePlace(end.place, end.element)}`
        this.#unsafe(node.at, `The body of this block begins in ${where}; it has to end where it begins`)
        return htmlStart
      }
      if (JSON.stringify(joined) !== JSON.stringify(begin)) {
        begin = joined
        continue
      }
      return this.#join(node, joined, this.#nodes(node.otherwise ?? [], start))
    }
  }

  /** What brings HTML of its own stands in text; the bodies it takes are text of their own. */
  #insertion(
    node: Exclude<Node, { kind: 'text' | 'output' | 'if' | 'with' | 'each' }>,
    state: HtmlState,
  ): HtmlState {
    if (state.place !== 'text') {
      const place = describePlace(state.place, state.element)
      this.#unsafe(node.at, `A ${node.kind} stands between elements, not inside ${place}`)
    }
    for (const body of bodiesOf(node)) this.whole(body, body.at(-1)?.at ?? node.at)
    return state
  }
}

function describePlace(place: HtmlState['place'], element: string): string {
  switch (place) {
    case 'text':
    case 'open':
      return 'text'
    case 'tag-name':
    case 'tag':
    case 'attribute-name':
    case 'after-name':
    case 'between':
      return `the tag <${element}>`
    case 'before-value':
    case 'value':
      return `an attribute of <${element}>`
    case 'declaration':
    case 'comment':
    case 'bogus':
      return 'a comment'
    default:
      return `<${element}>`
  }
}
