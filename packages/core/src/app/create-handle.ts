import type { RouteInfo } from '../context/app-info.ts'
import { Context, type ContextSettings } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { type BodySettings, withBodyOptions } from '../http/body/body-settings.ts'
import type { Reply } from '../http/reply.ts'
import type { Request } from '../http/request.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import { createMatcher } from '../router/create-matcher.ts'
import type { FlatRoute } from '../router/flatten.ts'
import { compose, type Pipeline } from './compose.ts'
import { createFallback } from './fallback.ts'
import { withMethodOverride } from './method-override.ts'
import { runTraced } from './trace-request.ts'

/** Answers a request. Never throws and never rejects. */
export type Handle = (request: Request) => MaybePromise<Reply>

/** What an application is made of, ready to be composed. */
export interface HandleParts {
  readonly flat: readonly FlatRoute[]
  /** What can be listed of each route, in the same order. */
  readonly infos: readonly RouteInfo[]
  readonly use: readonly Middleware[]
  readonly settings: ContextSettings
  /** How bodies are read where no scope or route says otherwise. */
  readonly bodySettings: BodySettings
  readonly methodOverride: boolean
}

interface Endpoint extends FlatRoute {
  readonly info: RouteInfo
  readonly bodySettings: BodySettings
  readonly pipeline: Pipeline
}

/** Makes `app.handle`: a request is matched, and the pipeline runs that was composed for its route here, at start. */
export function createHandle(parts: HandleParts): Handle {
  const { use, settings, bodySettings } = parts
  const endpoints = parts.flat.map((route, i): Endpoint => {
    return {
      ...route,
      info: parts.infos[i] as RouteInfo,
      bodySettings: withBodyOptions(bodySettings, route.body),
      pipeline: compose([...use, ...route.use], route.handler, `${route.method} ${route.pattern}`),
    }
  })
  const matcher = createMatcher(endpoints)
  const fallback = createFallback(endpoints, matcher, use, settings)
  const handle: Handle = (request) => {
    const match = matcher.match(request.method, request.path)
    if (match.kind !== 'found') {
      request.bodySettings = bodySettings
      return fallback(request, match)
    }
    const { entry } = match
    request.bodySettings = entry.bodySettings
    return runTraced(entry.pipeline, new Context<object>(request, match.params, entry.info, settings))
  }
  return parts.methodOverride ? withMethodOverride({ handle, matcher, use, settings }) : handle
}
