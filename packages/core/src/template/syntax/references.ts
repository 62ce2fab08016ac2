import type { Template } from './ast.ts'
import { allNodes } from './walk.ts'

/** Another template that a template puts in. */
export interface Reference {
  readonly template: string
  readonly what: 'partial' | 'component' | 'layout'
  readonly at: number
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
