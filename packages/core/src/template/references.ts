import type { Node, Template } from './ast.ts'

/** Another template that a template puts in. */
export interface Reference {
  readonly template: string
  readonly what: 'partial' | 'component' | 'layout'
  readonly at: number
}

/** Every node of a template, those inside blocks included, in the order of writing. */
export function* allNodes(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node
    for (const body of bodiesOf(node)) yield* allNodes(body)
  }
}

function bodiesOf(node: Node): readonly (readonly Node[])[] {
  switch (node.kind) {
    case 'if':
      return [...node.branches.map(({ body }) => body), node.otherwise ?? []]
    case 'each':
    case 'with':
    case 'await':
      return [node.body, node.otherwise ?? []]
    case 'component':
      return [...node.slots.values()]
    case 'content':
      return [node.body]
    case 'yield':
      return [node.fallback ?? []]
    default:
      return []
  }
}

/** The templates that a template names. */
export function referencesOf({ nodes, layout }: Template): Reference[] {
  const references: Reference[] = layout === undefined ? [] : [{ ...layout, what: 'layout' }]
  for (const { kind, ...node } of allNodes(nodes)) {
    if (kind === 'partial' || kind === 'component') {
      references.push({ template: (node as { template: string }).template, what: kind, at: node.at })
    }
  }
  return references
}
