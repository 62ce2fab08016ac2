import type { DataType } from '../schema/data-type.ts'
import type { Column } from '../schema/schema.ts'
import type { SelectStatement } from './statement.ts'

/** The operators that compare two values. */
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

/**
 * The shape of an expression: immutable plain data without values. Where a value belongs is a hole, and the expression
 * keeps the values in the order of the holes. `key` is the shape as a text; equal keys compile to equal SQL.
 */
export type Node =
  | { readonly kind: 'column'; readonly key: string; readonly alias: string; readonly column: Column }
  /** A hole for one value. `typed`: nothing beside it tells the database its type. */
  | {
      readonly kind: 'value'
      readonly key: string
      readonly type: DataType<unknown>
      readonly typed: boolean
    }
  | {
      readonly kind: 'compare'
      readonly key: string
      readonly type: DataType<unknown>
      readonly operator: Comparison
      readonly left: Node
      readonly right: Node
    }
  | {
      readonly kind: 'logic'
      readonly key: string
      readonly operator: 'and' | 'or'
      readonly terms: readonly Node[]
    }
  | { readonly kind: 'not'; readonly key: string; readonly term: Node }
  | { readonly kind: 'null'; readonly key: string; readonly term: Node; readonly negated: boolean }
  | {
      readonly kind: 'between'
      readonly key: string
      readonly type: DataType<unknown>
      readonly term: Node
      readonly low: Node
      readonly high: Node
    }
  /** Its values are one hole: the whole list, so that the length of a list is no part of the shape. */
  | {
      readonly kind: 'list'
      readonly key: string
      readonly term: Node
      readonly type: DataType<unknown>
      readonly negated: boolean
    }
  | {
      readonly kind: 'in'
      readonly key: string
      readonly term: Node
      readonly statement: SelectStatement
      readonly negated: boolean
    }
  /** Its values: those of the term, then the pattern. */
  | { readonly kind: 'like'; readonly key: string; readonly term: Node; readonly insensitive: boolean }
  | { readonly kind: 'exists'; readonly key: string; readonly statement: SelectStatement }
  | { readonly kind: 'subquery'; readonly key: string; readonly statement: SelectStatement }
  | {
      readonly kind: 'call'
      readonly key: string
      readonly type: DataType<unknown>
      readonly name: string
      readonly distinct: boolean
      readonly terms: readonly Node[]
      readonly filter: Node | undefined
    }
  /** A function over the rows around each row. */
  | {
      readonly kind: 'window'
      readonly key: string
      readonly call: Node
      readonly partitionBy: readonly Node[]
      readonly orderBy: readonly OrderNode[]
    }
  /** SQL of the application's own, around other nodes. */
  | {
      readonly kind: 'fragment'
      readonly key: string
      readonly texts: readonly string[]
      readonly terms: readonly Node[]
    }

/** One term of an order, without its values. */
export interface OrderNode {
  readonly node: Node
  readonly type: DataType<unknown>
  readonly direction: 'asc' | 'desc'
  readonly nulls: 'first' | 'last' | undefined
}

const typeKeys = new Map<string, number>()

/** A type in a key: types of the same name have the same codecs. */
export function typeKey(type: DataType<unknown>): number {
  let key = typeKeys.get(type.name)
  if (key === undefined) {
    key = typeKeys.size
    typeKeys.set(type.name, key)
  }
  return key
}
