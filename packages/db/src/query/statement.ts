import type { AnySchema } from '../schema/schema.ts'
import type { Expression, Order } from './expression.ts'

/** How queries are put together. */
export type SetOperator = 'union' | 'union all' | 'intersect' | 'except'

/** Where rows come from, under the name (`alias`) that columns refer to. */
export type Source =
  | { readonly kind: 'table'; readonly key: string; readonly alias: string; readonly schema: AnySchema }
  | {
      readonly kind: 'query'
      readonly key: string
      readonly alias: string
      readonly statement: SelectStatement
    }
  /** Several queries put together. */
  | {
      readonly kind: 'combined'
      readonly key: string
      readonly alias: string
      readonly operator: SetOperator
      readonly statements: readonly SelectStatement[]
    }
  /** A query with a name, which stands before the select; with a step, the rows that follow from the ones before. */
  | {
      readonly kind: 'cte'
      readonly key: string
      readonly alias: string
      readonly name: string
      readonly statement: SelectStatement
      readonly step: SelectStatement | undefined
    }
  /** The rows so far, inside the step of a `cte`. */
  | {
      readonly kind: 'reference'
      readonly key: string
      readonly alias: string
      readonly name: string
      readonly statement: SelectStatement
    }

/** A query with a name. */
export type CteSource = Extract<Source, { kind: 'cte' }>

/** How a joined source meets those before it. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full'

/** A joined source. */
export interface Join {
  readonly kind: JoinKind
  readonly source: Source
  readonly on: Expression<boolean>
}

/** All columns of a source, as a row of its own; null where an outer join found none. */
export interface SelectedRow {
  readonly kind: 'row'
  readonly alias: string
  readonly schema: AnySchema
}

/** What a query gives for each row: a value, a row of a table, or an object of these. */
export type Selection = Expression<unknown> | SelectedRow | { readonly [key: string]: Selection }

/** The shape of a statement as a text, and its values in the order of its holes. */
export interface Shape {
  readonly key: string
  readonly values: readonly unknown[]
}

/** What is preloaded, by the name of the association. */
export interface PreloadTree {
  readonly [association: string]: true | PreloadTree | { readonly statement: SelectStatement }
}

/** A lock on the selected rows; PostgreSQL only. */
export interface Lock {
  readonly strength: 'update' | 'share'
  readonly wait: 'wait' | 'nowait' | 'skip locked'
}

/** The clauses of a select, immutable plain data. */
export interface Clauses {
  readonly source: Source
  readonly joins: readonly Join[]
  readonly where: readonly Expression<boolean>[]
  readonly groupBy: readonly Expression<unknown>[]
  readonly having: readonly Expression<boolean>[]
  readonly orderBy: readonly Order[]
  readonly limit: number | undefined
  readonly offset: number | undefined
  /** True, or the expressions of `distinct on`. */
  readonly distinct: boolean | readonly Expression<unknown>[]
  /** Undefined: the row of the first source. */
  readonly selection: Selection | undefined
  readonly lock: Lock | undefined
  readonly preload: PreloadTree | undefined
}

/** A select, with its shape. */
export interface SelectStatement {
  readonly clauses: Clauses
  readonly shape: Shape
}
