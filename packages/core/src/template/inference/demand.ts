import type { SlotContext } from '../escaping/slot-context.ts'
import type { Expression } from '../syntax/ast.ts'
import { type Atom, atomSets } from './shape.ts'

/**
 * What a use asks of a value: one of some kinds, or a type in TypeScript. `what` says it in words; `absent` where it may
 * be absent too.
 */
export type Demand =
  | { readonly atoms: readonly Atom[]; readonly what: string; readonly absent?: boolean | undefined }
  | { readonly type: string; readonly what: string; readonly absent?: boolean | undefined }

/** What an expression that is no path gives. */
export type Result = { readonly atoms: readonly Atom[] } | { readonly type: string }

/** What JSON takes; absent values become null. */
export const jsonDemand: Demand = { type: 'Json<@label>', what: 'a value that JSON can hold', absent: true }

const contextDemands: Readonly<Partial<Record<SlotContext, Demand>>> = {
  url: { atoms: atomSets.Link, what: 'an address' },
  urlOpen: { atoms: atomSets.Link, what: 'a part of an address' },
  urlRoot: { atoms: atomSets.Link, what: 'a part of an address' },
  urlQuery: { atoms: atomSets.Link, what: 'a part of an address' },
  srcset: { atoms: atomSets.Link, what: 'an address' },
  cssValue: { atoms: atomSets.Plain, what: 'text or a number' },
  cssString: { atoms: atomSets.Plain, what: 'text or a number' },
  cssUrl: { atoms: atomSets.Link, what: 'an address' },
  json: jsonDemand,
}

const printable: Demand = { atoms: atomSets.Printable, what: 'something that can be printed' }

/** What a slot asks of its value. */
export function demandOf(context: SlotContext): Demand {
  return contextDemands[context] ?? printable
}

/** What can be compared with an expression. */
export function comparedWith(other: Expression, equality: boolean): Demand {
  const what = 'something that can be compared'
  if (other.kind !== 'literal') {
    return { atoms: equality ? atomSets.Comparable : atomSets.Ordered, what, absent: equality }
  }
  if (other.value === null) return { type: 'unknown', what, absent: true }
  const kind = typeof other.value as 'string' | 'number' | 'boolean'
  const atoms: readonly Atom[] = kind === 'number' && !equality ? atomSets.Numeric : [kind]
  return { atoms, what, absent: equality }
}

/** What an expression gives that is neither a path nor a pipe. */
export function resultOf(expression: Expression): Result {
  if (expression.kind !== 'literal') return { atoms: ['boolean'] }
  const { value } = expression
  if (value === null) return { type: 'null' }
  // A reference is compared with the exact value, so that "primary" fits "primary" | "plain".
  return { type: JSON.stringify(value), atoms: [typeof value as Atom] }
}
