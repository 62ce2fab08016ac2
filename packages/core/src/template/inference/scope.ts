import type { PathExpression } from '../syntax/ast.ts'
import { type Guard, Shape } from './shape.ts'

/** A value that an expression can start from: its shape, and its name in the facts. */
export interface Binding {
  readonly shape: Shape
  readonly key: string
}

/** What is known at one point of a template: names, `this`, and which values are there. */
export interface Scope {
  readonly names: ReadonlyMap<string, Binding>
  readonly self: Binding
  readonly root: Binding
  readonly shared: Binding
  readonly inEach: boolean
  /** The values that conditions around have made sure of. */
  readonly facts: ReadonlyMap<string, Guard>
}

/** The scope of a whole template. In a layout, `this` is what is shared. */
export function rootScope(root: Shape, shared: Shape): Scope {
  const self = { shape: root, key: 'root' }
  const facts = new Map<string, Guard>([['root', 'none']])
  return {
    names: new Map(),
    self,
    root: self,
    shared: { shape: shared, key: root === shared ? 'root' : 'shared' },
    inEach: false,
    facts,
  }
}

const ofEach: Readonly<Record<string, readonly ['number' | 'boolean']>> = {
  '@index': ['number'],
  '@first': ['boolean'],
  '@last': ['boolean'],
}

/** What a path starts from, and the keys that follow; a name that no block gave is a key of `this`. */
export function lookUp(
  scope: Scope,
  path: PathExpression,
): { readonly binding: Binding; readonly keys: readonly string[] } | undefined {
  const { head, keys } = path
  switch (head) {
    case 'this':
      return { binding: scope.self, keys }
    case '@root':
      return { binding: scope.root, keys }
    case '@shared':
      return { binding: scope.shared, keys }
    case '@slots':
      return { binding: { shape: new Shape(['boolean']), key: head }, keys: [] }
  }
  if (head.startsWith('@')) {
    return scope.inEach ? { binding: { shape: new Shape(ofEach[head]), key: head }, keys } : undefined
  }
  const binding = scope.names.get(head)
  return binding === undefined ? { binding: scope.self, keys: [head, ...keys] } : { binding, keys }
}

/** The name in the facts of a key below a value. */
export function keyBelow(key: string, part: string): string {
  return `${key}\n${part}`
}

/** A scope in which these facts hold too. */
export function withFacts(scope: Scope, facts: ReadonlyMap<string, Guard>): Scope {
  return facts.size === 0 ? scope : { ...scope, facts: mergeFacts(scope.facts, facts) }
}

/** Facts of which all hold; of two about one value the stronger. */
export function mergeFacts(a: ReadonlyMap<string, Guard>, b: ReadonlyMap<string, Guard>): Map<string, Guard> {
  const merged = new Map(a)
  for (const [key, guard] of b) {
    // A value that is true can still be false for nobody: 'truthy' admits more of the data.
    if (merged.get(key) !== 'truthy') merged.set(key, guard)
  }
  return merged
}

/** Facts of which it is not known which holds: what both say, the weaker of each. */
export function commonFacts(
  a: ReadonlyMap<string, Guard>,
  b: ReadonlyMap<string, Guard>,
): Map<string, Guard> {
  const common = new Map<string, Guard>()
  for (const [key, guard] of a) {
    const other = b.get(key)
    if (other !== undefined) common.set(key, guard === other ? guard : 'present')
  }
  return common
}

/** A scope in which a value has a name, or is `this`. */
export function bind(scope: Scope, name: string | undefined, binding: Binding): Scope {
  if (name === undefined) return { ...scope, self: binding }
  return { ...scope, names: new Map(scope.names).set(name, binding) }
}
