import type { Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { type BodyOptions, bodyRules, checkForm, toBodyOptions } from '../http/body/body-settings.ts'
import { middlewareRule, textRule } from '../internal/option-rules.ts'
import { checkOptions, describe, type OptionRules } from '../internal/options.ts'
import type { Carries, EntryOf, Prefixed } from './entry.ts'
import { type Path, patternOf } from './path.ts'
import { parsePattern } from './pattern.ts'
import type { AnyRoute } from './route.ts'

/** Routes under a common prefix, as plain data. */
export interface ScopeNode {
  readonly kind: 'scope'
  readonly prefix: string
  /** True when the prefix came as a path value, which is always a whole pattern. */
  readonly whole: boolean
  /** What stands before the names of the routes, with a dot; undefined adds nothing. */
  readonly name: string | undefined
  readonly use: readonly Middleware[]
  /** How request bodies are read inside, where a route does not say otherwise. */
  readonly body: BodyOptions
  readonly routes: readonly AnyRoute[]
}

/** A scope that knows the entries of its routes. */
export interface Scope<out E> extends ScopeNode, Carries<E> {}

/** Options of a scope. */
export interface ScopeOptions<Name extends string = string> extends BodyOptions {
  /** Stands before the names of all routes inside: with `admin`, `users` is `admin.users`. Default: nothing. */
  as?: Name | undefined
  /** Middleware around all routes inside, the outer scope's first. Default: none. */
  use?: readonly Middleware[] | undefined
}

/**
 * Puts routes under a prefix, with common middleware and a common name if wanted; scopes nest. A prefix may have
 * parameters: handlers inside that read them say so (`Context<{ team: string }>`), and `createApp` checks it.
 *
 * Throws `ZZZ_ROUTE_PATTERN` for an invalid prefix and `ZZZ_OPTION_INVALID` for an unknown or impossible option.
 *
 * ```ts
 * scope('/admin', { as: 'admin', use: [requireAdmin] }, [
 *   get('/users', { as: 'users' }, users.index),     // GET /admin/users, named admin.users
 * ])
 * ```
 */
export function scope<const Prefix extends string, const R extends AnyRoute>(
  prefix: Prefix | Path<Prefix>,
  routes: readonly R[],
): Scope<Prefixed<Prefix, never, EntryOf<R>>>
export function scope<
  const Prefix extends string,
  const R extends AnyRoute,
  const Name extends string = never,
>(
  prefix: Prefix | Path<Prefix>,
  options: ScopeOptions<Name>,
  routes: readonly R[],
): Scope<Prefixed<Prefix, Name, EntryOf<R>>>
export function scope(prefix: string | Path<string>, ...rest: ScopeArguments): ScopeNode {
  const [options, routes] = rest.length === 1 ? [{}, rest[0]] : rest
  return createScope(prefix, options, routes)
}

type ScopeArguments = [readonly AnyRoute[]] | [ScopeOptions, readonly AnyRoute[]]

const optionRules: OptionRules<ScopeOptions> = { as: textRule, use: middlewareRule, ...bodyRules }

/** Makes a checked scope; `scope` without its types. */
export function createScope(
  given: string | Path<string>,
  options: ScopeOptions,
  routes: readonly AnyRoute[],
): ScopeNode {
  const prefix = patternOf(given)
  parsePattern(prefix)
  const where = `Scope ${prefix}`
  checkOptions(where, options, optionRules)
  checkForm(where, options)
  checkRoutes(where, routes)
  const use = Object.freeze([...(options.use ?? [])])
  const whole = prefix !== given
  return Object.freeze({
    kind: 'scope',
    prefix,
    whole,
    name: options.as,
    use,
    body: toBodyOptions(options),
    routes: Object.freeze([...routes]),
  })
}

/** Refuses what is not a list of routes and scopes, with `ZZZ_OPTION_INVALID`. */
export function checkRoutes(where: string, routes: readonly AnyRoute[]): void {
  if (!Array.isArray(routes)) {
    throw new ZzzError('ZZZ_OPTION_INVALID', `${where}: expected a list of routes, got ${describe(routes)}`)
  }
  for (const [index, item] of routes.entries()) {
    const kind: unknown = item?.kind
    if (kind === 'route' || kind === 'scope') continue
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      `${where}: item ${index} of the list is not a route but ${describe(item)}`,
    )
  }
}
