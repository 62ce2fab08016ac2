/** Offsets into the template's text stand in every node, so that each later step can point to the place. */

/** A part of an expression that is read from data: `user.name`, `this`, `@index`. */
export interface PathExpression {
  readonly kind: 'path'
  /** What it starts from: a name (`user`), `this`, or one with an at sign (`@shared`). */
  readonly head: string
  readonly keys: readonly string[]
  readonly at: number
}

export interface LiteralExpression {
  readonly kind: 'literal'
  readonly value: string | number | boolean | null
  readonly at: number
}

/** `value | name:argument:option=argument` */
export interface PipeExpression {
  readonly kind: 'pipe'
  readonly value: Expression
  readonly name: string
  readonly args: readonly Expression[]
  readonly options: readonly NamedArgument[]
  readonly at: number
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

export interface CompareExpression {
  readonly kind: 'compare'
  readonly operator: Comparison
  readonly left: Expression
  readonly right: Expression
  readonly at: number
}

export interface LogicExpression {
  readonly kind: 'and' | 'or'
  readonly left: Expression
  readonly right: Expression
  readonly at: number
}

export interface NotExpression {
  readonly kind: 'not'
  readonly value: Expression
  readonly at: number
}

export type Expression =
  | PathExpression
  | LiteralExpression
  | PipeExpression
  | CompareExpression
  | LogicExpression
  | NotExpression

export interface NamedArgument {
  readonly name: string
  readonly value: Expression
  readonly at: number
}

/** What a partial or component is given: all of one value, named values, or both. */
export interface Arguments {
  /** The value that stands alone or after `...`; its keys are the data. */
  readonly spread: PathExpression | undefined
  readonly named: readonly NamedArgument[]
}

export interface TextNode {
  readonly kind: 'text'
  readonly value: string
  readonly at: number
}

export interface OutputNode {
  readonly kind: 'output'
  readonly raw: boolean
  readonly expression: Expression
  readonly at: number
}

export interface IfNode {
  readonly kind: 'if'
  readonly branches: readonly { readonly condition: Expression; readonly body: readonly Node[] }[]
  readonly otherwise: readonly Node[] | undefined
  readonly at: number
}

export interface EachNode {
  readonly kind: 'each'
  readonly list: PathExpression
  /** Names of the item and of its index; without an item the item becomes `this`. */
  readonly item: string | undefined
  readonly index: string | undefined
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[] | undefined
  readonly at: number
}

/** `with` and `await`: a body for one value, under a name or as `this`. */
export interface ScopeNode {
  readonly kind: 'with' | 'await'
  readonly value: PathExpression
  readonly name: string | undefined
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[] | undefined
  readonly at: number
}

export interface PartialNode {
  readonly kind: 'partial'
  /** The name as resolved from the views' root. */
  readonly template: string
  readonly args: Arguments
  readonly at: number
}

export interface ComponentNode {
  readonly kind: 'component'
  readonly template: string
  readonly args: Arguments
  /** The block's content by the name of its slot; what stands in no slot is `default`. */
  readonly slots: ReadonlyMap<string, readonly Node[]>
  readonly at: number
}

export interface ContentNode {
  readonly kind: 'content'
  readonly name: string
  readonly body: readonly Node[]
  readonly at: number
}

export interface YieldNode {
  readonly kind: 'yield'
  readonly name: string
  /** What stands there when nothing was given. */
  readonly fallback: readonly Node[] | undefined
  readonly at: number
}

export type Node =
  | TextNode
  | OutputNode
  | IfNode
  | EachNode
  | ScopeNode
  | PartialNode
  | ComponentNode
  | ContentNode
  | YieldNode

/** One property that a template declares with `{{#props}}`. */
export interface DeclaredProp {
  readonly name: string
  readonly optional: boolean
  /** TypeScript, as written. */
  readonly type: string
  readonly at: number
}

/** `{{#import { User as Person } from "../user.ts"}}` */
export interface TypeImport {
  readonly names: readonly { readonly imported: string; readonly local: string }[]
  readonly specifier: string
  readonly at: number
}

/** A template that was parsed. */
export interface Template {
  /** Its path below the views' root, without the extension: `users/show`. */
  readonly name: string
  readonly nodes: readonly Node[]
  readonly layout: { readonly template: string; readonly at: number } | undefined
  readonly props: readonly DeclaredProp[] | undefined
  readonly imports: readonly TypeImport[]
}

/** Whether a template stands around others: every template in a folder named `layouts` does. */
export function isLayout(name: string): boolean {
  return name.split('/').slice(0, -1).includes('layouts')
}
