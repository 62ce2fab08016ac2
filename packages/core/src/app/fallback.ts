import { assign } from '../context/assign.ts'
import { Context, type ContextSettings } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { otherMethod } from '../context/other-method.ts'
import { ZzzError } from '../errors.ts'
import { methods } from '../http/method.ts'
import type { Reply } from '../http/reply.ts'
import type { Request } from '../http/request.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import type { FlatRoute } from '../router/flatten.ts'
import type { Match, Matcher } from '../router/matcher.ts'
import { compose } from './compose.ts'
import { runTraced } from './trace-request.ts'

/** Why no route was found. */
type Miss = Exclude<Match<FlatRoute>, { kind: 'found' }>

/** Answers a request that no route matches. */
export type Fallback = (request: Request, miss: Miss) => MaybePromise<Reply>

const missKey = assign<Miss>('miss')

/**
 * Makes the answer to everything that no route matches: 404, 405 with `Allow`, 501, the automatic OPTIONS, 400 for a
 * malformed path. The application's middleware runs around it like around any handler.
 *
 * A CORS preflight asks about another request, so around the automatic OPTIONS that answers it runs the middleware of the
 * route which that request will reach: `cors` works in a scope or on a route as it does on the application.
 */
export function createFallback<Route extends FlatRoute>(
  routes: readonly Route[],
  matcher: Matcher<Route>,
  use: readonly Middleware[],
  settings: ContextSettings,
): Fallback {
  const known = new Set([...methods, ...routes.map((route) => route.method)])
  const everything = [...new Set(['GET', 'HEAD', 'OPTIONS', ...routes.map((route) => route.method)])]
    .filter((method) => method !== '*')
    .sort()
    .join(', ')

  const answer = (ctx: Context): Reply => {
    const { method, path } = ctx
    const miss = ctx.get(missKey)
    if (miss.kind === 'malformed')
      throw new ZzzError(
        'ZZZ_PATH_MALFORMED',
        `The path ${path} is malformed: a broken percent-encoding, a NUL, or a segment . or ..`,
      )
    if (!known.has(method) || method === 'CONNECT') {
      throw new ZzzError('ZZZ_METHOD_UNKNOWN', `No route of this application knows the method ${method}`)
    }
    if (method === 'OPTIONS' && path === '*') return otherMethod(ctx, everything)
    if (miss.kind === 'not-found') return ctx.notFound()
    return otherMethod(ctx, [...miss.allowed].join(', '))
  }

  const pipeline = compose(use, answer, 'an unmatched request')
  const preflights = new Map(
    routes.map((route) => [
      route,
      compose([...use, ...route.use], answer, `a preflight of ${route.method} ${route.pattern}`),
    ]),
  )
  return (request, miss) => {
    const asked = miss.kind === 'method-not-allowed' ? askedAbout(request, matcher) : undefined
    const ctx = new Context<object>(request, asked?.params ?? {}, undefined, settings)
    ctx.set(missKey, miss)
    return runTraced((asked && preflights.get(asked.entry)) ?? pipeline, ctx)
  }
}

/** The route that a preflight asks about (Fetch standard, CORS-preflight request); undefined for anything else. */
function askedAbout<Route extends FlatRoute>(request: Request, matcher: Matcher<Route>) {
  if (request.method !== 'OPTIONS' || !request.headers.has('origin')) return undefined
  const method = request.headers.get('access-control-request-method')
  const match = method === undefined ? undefined : matcher.match(method, request.path)
  return match?.kind === 'found' ? match : undefined
}
