import type { Handler, Middleware } from '../context/middleware.ts'
import { ZzzError } from '../errors.ts'
import { type BodyOptions, mergeBodyOptions } from '../http/body/body-settings.ts'
import { joinPatterns, parsePattern, shapeOf } from './pattern.ts'
import type { AnyRoute, RouteNode } from './route.ts'
import { checkRoutes } from './scope.ts'

/** A route with all that its scopes add, ready to be matched and listed. */
export interface FlatRoute {
  /** The method as clients send it; `*` for all of them. */
  readonly method: string
  /** The whole pattern, prefixes included. */
  readonly pattern: string
  /** The whole name, prefixes included. */
  readonly name: string | undefined
  /** Middleware from the outermost scope to the route's own. */
  readonly use: readonly Middleware[]
  /** How request bodies are read: what the scopes say, and the route's own over it. */
  readonly body: BodyOptions
  readonly handler: Handler
}

interface Surroundings {
  readonly prefix: string
  readonly name: string | undefined
  readonly use: readonly Middleware[]
  readonly body: BodyOptions
}

/**
 * Lays nested scopes flat, in the order of writing.
 *
 * Throws `ZZZ_ROUTE_PATTERN` when prefix and pattern do not fit together (a name twice, a wildcard in the middle, a path
 * value below a prefix), and
 * `ZZZ_ROUTE_CONFLICT`, naming both routes, when two have the same method and match the same paths, or when one name
 * stands for two patterns.
 *
 * ```ts
 * flattenRoutes([scope('/api', { as: 'api' }, [get('/users', { as: 'users' }, index)])])
 * // [{ method: 'GET', pattern: '/api/users', name: 'api.users', use: [], body: {}, handler: index }]
 * ```
 */
export function flattenRoutes(routes: readonly AnyRoute[]): readonly FlatRoute[] {
  checkRoutes('Routes', routes)
  const flat: FlatRoute[] = []
  collect(routes, { prefix: '/', name: undefined, use: [], body: {} }, flat)
  refuseConflicts(flat)
  return flat
}

function collect(routes: readonly AnyRoute[], around: Surroundings, flat: FlatRoute[]): void {
  for (const item of routes) {
    if (item.whole && around.prefix !== '/') throw misplacedPath(item, around.prefix)
    if (item.kind === 'route') flat.push(flatRoute(item, around))
    else collect(item.routes, surround(item.prefix, item, around), flat)
  }
}

function flatRoute(route: RouteNode, around: Surroundings): FlatRoute {
  const { prefix, name, use, body } = surround(route.pattern, route, around)
  // The cast drops what only types know: that the handler finds the parameters it reads. `CheckedRoutes` saw to it.
  return Object.freeze({
    method: route.method,
    pattern: prefix,
    name: route.name && name,
    use,
    body,
    handler: route.handler as Handler,
  })
}

function surround(prefix: string, { name, use, body }: AnyRoute, around: Surroundings): Surroundings {
  const names = [around.name, name].filter((part) => part !== undefined)
  return {
    prefix: joinPatterns(around.prefix, prefix),
    name: names.length === 0 ? undefined : names.join('.'),
    use: Object.freeze([...around.use, ...use]),
    body: mergeBodyOptions(around.body, body),
  }
}

function refuseConflicts(flat: readonly FlatRoute[]): void {
  const byTarget = new Map<string, FlatRoute>()
  const byName = new Map<string, FlatRoute>()
  for (const route of flat) {
    const target = `${route.method} ${shapeOf(parsePattern(route.pattern))}`
    const twin = byTarget.get(target)
    if (twin !== undefined) throw conflict(twin, route, 'match the same requests; leave one out')
    byTarget.set(target, route)
    if (route.name === undefined) continue
    const namesake = byName.get(route.name)
    if (namesake !== undefined && namesake.pattern !== route.pattern) {
      throw conflict(namesake, route, `are both named ${JSON.stringify(route.name)}; rename one`)
    }
    byName.set(route.name, route)
  }
}

function misplacedPath(item: AnyRoute, prefix: string): ZzzError {
  const pattern = item.kind === 'route' ? item.pattern : item.prefix
  return new ZzzError(
    'ZZZ_ROUTE_PATTERN',
    `The path ${pattern} is a whole pattern, so it cannot stand in the scope ${prefix}, which its URLs would lack. ` +
      `Give it the whole pattern, path('${joinPatterns(prefix, pattern)}'), and move it out of the scope`,
  )
}

function conflict(one: FlatRoute, other: FlatRoute, why: string): ZzzError {
  const [first, second] = [one, other].map(({ method, pattern }) => `${method} ${pattern}`)
  return new ZzzError('ZZZ_ROUTE_CONFLICT', `The routes ${first} and ${second} ${why}`)
}
