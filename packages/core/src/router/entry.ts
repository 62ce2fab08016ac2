import type { Context } from '../context/context.ts'
import type { HandlerResult } from '../context/middleware.ts'
import type { JoinPatterns, ParamNames } from './params.ts'

/**
 * What the types remember of one route: its pattern, the names of the parameters its handler reads, and its name.
 * A list of routes carries the flat union of its entries, so that checking it takes one pass.
 */
export interface Entry {
  readonly path: string
  readonly needs: unknown
  readonly name: string
}

declare const entry: unique symbol

/** Carries entries in a type; there is nothing of it at run time. */
export interface Carries<out E> {
  readonly [entry]?: E
}

/** The entries that a route, a scope or a union of them carries. */
export type EntryOf<R> = R extends Carries<infer E> ? E : never

/** Any handler, whatever parameters it reads. */
export type AnyHandler = (ctx: Context<never>) => HandlerResult

/**
 * The parameters that a handler needs, as a union of their names. Optional ones are not needed; one that is not read as
 * a string is told apart by a tuple, which no pattern satisfies.
 */
export type Needs<P extends object> = {
  [Name in keyof P]-?: string extends P[Name]
    ? object extends Pick<P, Name>
      ? never
      : Name
    : readonly [Name, 'is a string']
}[keyof P]

/** The entries of a scope's routes, seen from outside of it. */
export type Prefixed<Prefix extends string, Name extends string, E> = E extends Entry
  ? { path: JoinPatterns<Prefix, E['path']>; needs: E['needs']; name: PrefixedName<Name, E['name']> }
  : never

type PrefixedName<Prefix extends string, Name extends string> = [Prefix] extends [never]
  ? Name
  : `${Prefix}.${Name}`

/** The entries whose handler reads a parameter that the whole pattern does not have; never when all is well. */
export type RouteErrors<E> = E extends Entry
  ? [Exclude<E['needs'], ParamNames<E['path']>>] extends [never]
    ? never
    : { path: E['path']; missing: Exclude<E['needs'], ParamNames<E['path']>> }
  : never

/**
 * What a list of routes has to be beside a list: nothing more when every handler gets the parameters it reads, else a
 * property whose name is the compiler's complaint.
 *
 * ```ts
 * declare function createApp<const R extends AnyRoute>(options: { routes: readonly R[] & CheckedRoutes<R> }): App
 * ```
 */
export type CheckedRoutes<R> = [RouteErrors<EntryOf<R>>] extends [never]
  ? unknown
  : { 'a handler reads a parameter that its pattern does not have': RouteErrors<EntryOf<R>> }

/** From the names of routes to their patterns; `app.url(name, …)` takes its arguments from it. */
export type NameMap<E> = {
  readonly [X in E as X extends Entry ? X['name'] : never]: X extends Entry ? X['path'] : never
}
