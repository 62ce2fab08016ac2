import type { Node } from './ast.ts'

/** Every node of a template, those inside blocks included, in the order of writing. */
export function* allNodes(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node
    for (const body of bodiesOf(node)) yield* allNodes(body)
  }
}

/** The lists of nodes inside a node: branches, blocks, slots. */
export function bodiesOf(node: Node): readonly (readonly Node[])[] {
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
