import type { Context } from '../context/context.ts'
import type { HandlerResult, Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { type BodyOptions, bodyRules, checkForm, toBodyOptions } from '../http/body/body-settings.ts'
import { isToken } from '../http/token.ts'
import { middlewareRule, textRule } from '../internal/option-rules.ts'
import { checkOptions, describe, type OptionRules } from '../internal/options.ts'
import type { AnyHandler, Carries, Needs } from './entry.ts'
import type { Params } from './params.ts'
import { type Path, patternOf } from './path.ts'
import { parsePattern } from './pattern.ts'
import type { ScopeNode } from './scope.ts'

/** One route as plain data. */
export interface RouteNode {
  readonly kind: 'route'
  /** The method as clients send it; `*` for all of them. */
  readonly method: string
  readonly pattern: string
  /** True when the pattern came as a path value, which is always a whole pattern. */
  readonly whole: boolean
  readonly name: string | undefined
  readonly use: readonly Middleware[]
  /** How request bodies are read here. */
  readonly body: BodyOptions
  readonly handler: AnyHandler
}

/** What a list of routes consists of: routes and scopes; `resources` makes scopes. */
export type AnyRoute = RouteNode | ScopeNode

/** A route that knows its entry. */
export interface Route<out E> extends RouteNode, Carries<E> {}

/** Options of a route. */
export interface RouteOptions<Name extends string = string> extends BodyOptions {
  /** The route's name for `app.url`. Default: none. */
  as?: Name | undefined
  /** Middleware of this route alone, after the scopes' and before the handler. Default: none. */
  use?: readonly Middleware[] | undefined
}

/** Makes a route of a pattern (or a path value), options if there are any, and a handler. */
export interface Verb {
  <const Pattern extends string, P extends object = Params<Pattern>>(
    pattern: Pattern | Path<Pattern>,
    handler: (ctx: Context<P>) => HandlerResult,
  ): Route<{ path: Pattern; needs: Needs<P>; name: never }>
  <const Pattern extends string, const Name extends string = never, P extends object = Params<Pattern>>(
    pattern: Pattern | Path<Pattern>,
    options: RouteOptions<Name>,
    handler: (ctx: Context<P>) => HandlerResult,
  ): Route<{ path: Pattern; needs: Needs<P>; name: Name }>
}

const optionRules: OptionRules<RouteOptions> = { as: textRule, use: middlewareRule, ...bodyRules }

/**
 * A route for GET; HEAD requests come here too where no route for HEAD matches. The handler knows the parameters of the
 * pattern; one that asks for more (`Context<{ team: string; id: string }>`) is checked against the whole pattern, scopes
 * included, by `createApp`.
 *
 * Every verb throws `ZZZ_ROUTE_PATTERN` for an invalid pattern and `ZZZ_OPTION_INVALID` for an unknown or impossible
 * option and for a handler that is not a function.
 *
 * ```ts
 * get('/users/:id', (ctx) => ctx.json({ id: ctx.params.id }))
 * get('/users', { as: 'users', use: [cache] }, users.index)
 * post('/notes', { bodyLimit: 64 * 1024 }, notes.create)
 * ```
 */
export const get: Verb = verb('GET')

/** A route for POST; see `get`. */
export const post: Verb = verb('POST')

/** A route for PUT; see `get`. */
export const put: Verb = verb('PUT')

/** A route for PATCH; see `get`. */
export const patch: Verb = verb('PATCH')

/** A route for DELETE; see `get`. (`delete` is a reserved word.) */
export const del: Verb = verb('DELETE')

/** A route for HEAD, where it should differ from GET's; see `get`. */
export const head: Verb = verb('HEAD')

/** A route for OPTIONS, where the automatic answer does not do; see `get`. */
export const options: Verb = verb('OPTIONS')

/** A route for every method that no other route of the same pattern names; see `get`. */
export const any: Verb = verb('*')

/**
 * A route for a method by name, as it stands in the request (methods are case-sensitive); see `get`.
 *
 * ```ts
 * route('PURGE', '/cache/*key', cache.purge)
 * ```
 */
export function route<const Pattern extends string, P extends object = Params<Pattern>>(
  method: string,
  pattern: Pattern | Path<Pattern>,
  handler: (ctx: Context<P>) => HandlerResult,
): Route<{ path: Pattern; needs: Needs<P>; name: never }>
export function route<
  const Pattern extends string,
  const Name extends string = never,
  P extends object = Params<Pattern>,
>(
  method: string,
  pattern: Pattern | Path<Pattern>,
  options: RouteOptions<Name>,
  handler: (ctx: Context<P>) => HandlerResult,
): Route<{ path: Pattern; needs: Needs<P>; name: Name }>
export function route(method: string, pattern: string | Path<string>, ...rest: VerbArguments): RouteNode {
  if (typeof method !== 'string' || !isToken(method)) {
    throw new ZzzError('ZZZ_OPTION_INVALID', `route needs a method like "PURGE", got ${describe(method)}`)
  }
  return createRoute(method, pattern, ...splitArguments(rest))
}

type VerbArguments = [AnyHandler] | [RouteOptions, AnyHandler]

function verb(method: string): Verb {
  return (pattern: string | Path<string>, ...rest: VerbArguments) =>
    createRoute(method, pattern, ...splitArguments(rest))
}

function splitArguments(rest: VerbArguments): [RouteOptions, AnyHandler] {
  return rest.length === 2 ? rest : [{}, rest[0]]
}

/** Makes a checked route; the verbs without their types. */
export function createRoute(
  method: string,
  given: string | Path<string>,
  options: RouteOptions,
  handler: AnyHandler,
): RouteNode {
  const pattern = patternOf(given)
  parsePattern(pattern)
  const where = `Route ${method} ${pattern}`
  checkOptions(where, options, optionRules)
  checkForm(where, options)
  if (typeof handler !== 'function') {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      `${where}: the handler has to be a function, got ${describe(handler)}`,
    )
  }
  const use = Object.freeze([...(options.use ?? [])])
  const whole = pattern !== given
  const body = toBodyOptions(options)
  return Object.freeze({ kind: 'route', method, pattern, whole, name: options.as, use, body, handler })
}
