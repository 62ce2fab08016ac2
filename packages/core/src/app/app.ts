import type { AppInfo } from '../context/app-info.ts'
import type { ContextSettings } from '../context/context.ts'
import { errorReply } from '../context/error-reply.ts'
import type { Middleware } from '../context/middleware.ts'
import { type AnyViewsOptions, checkViews, type ViewsOptions } from '../context/views.ts'
import { ZzzError } from '../errors.ts'
import {
  type BodyOptions,
  bodyRules,
  checkForm,
  defaultBodySettings,
  withBodyOptions,
} from '../http/body/body-settings.ts'
import { trustedProxies } from '../http/client.ts'
import type { ProxyHeaders } from '../http/forwarded.ts'
import type { Reply } from '../http/reply.ts'
import type { Request } from '../http/request.ts'
import { fromWebRequest, toWebResponse } from '../http/web.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'
import { flagRule, isObject, isText, middlewareRule, oneOf } from '../internal/option-rules.ts'
import { checkOptions } from '../internal/options.ts'
import type { CheckedRoutes, EntryOf, NameMap } from '../router/entry.ts'
import { type FlatRoute, flattenRoutes } from '../router/flatten.ts'
import type { AnyRoute } from '../router/route.ts'
import { compileUrl, type UrlArgs, type UrlBuilder } from '../router/url.ts'
import { type SecretKeyBase, secretKeys } from '../secrets/secret-keys.ts'
import { createSecrets } from '../secrets/secrets.ts'
import { createHandle, type Handle } from './create-handle.ts'
import { currentEnvironment } from './environment.ts'
import { runServices, type Service } from './service.ts'

/** Options of an application. */
export interface AppOptions extends BodyOptions {
  /** Middleware around every request, outermost first; it also sees those that no route matches. Default: none. */
  use?: readonly Middleware[] | undefined
  /** Started in order before a server accepts, stopped in reverse after it has drained. Default: none. */
  services?: readonly Service[] | undefined
  /** Default: `ZZZ_ENV`, else `NODE_ENV`, else `production`. Errors show details only in `development`. */
  environment?: string | undefined
  /**
   * Addresses and CIDR ranges of the proxies whose `X-Forwarded-For` is believed by `ctx.ip` and `X-Forwarded-Proto` by
   * `ctx.scheme`. Default: none. Trust only proxies that set or append to these headers themselves.
   */
  trustedProxies?: readonly string[] | undefined
  /**
   * The headers in which they say it: `X-Forwarded-For`, `-Proto` and `-Host` (`x-forwarded`, the default), or
   * `Forwarded` of RFC 7239 (`forwarded`). The others are ignored, since a client may have forged them.
   */
  proxyHeaders?: ProxyHeaders | undefined
  /**
   * The secret of at least 32 bytes that the keys of sessions, signed and encrypted cookies are derived from. Of several,
   * the first makes them and all read them: put a new one first to replace it. Default: none, except in development and
   * test, which make one.
   */
  secretKeyBase?: SecretKeyBase | undefined
  /**
   * Handle a form whose field `_method` says PUT, PATCH or DELETE as a request of that method. It is read before any
   * middleware runs, within the largest limits of the routes that it may mean. Default false.
   */
  methodOverride?: boolean | undefined
}

/** An application: routes and middleware compiled, ready to answer. `Names` maps route names to patterns. */
export interface App<Names = object> extends AppInfo {
  /** Answers a request; for servers. Never throws and never rejects. */
  handle(request: Request): MaybePromise<Reply>
  /**
   * Answers a web request without a server: for tests, for other runtimes, for mounting in another framework. Takes what
   * the web's `fetch` takes; a path is one of `http://localhost`. Services are not started by it.
   */
  fetch(input: globalThis.Request | URL | string, init?: RequestInit): Promise<Response>
  /** The URL of a named route, typed; for tests, mails and the console. Handlers use `path()` values. */
  url<Name extends (keyof Names & string) | (string & Record<never, never>)>(
    name: KnownName<Names, Name>,
    ...args: UrlArgsOf<Names, Name>
  ): string
  /** Says that the server is about to close, so that readiness ends; `serve` does it itself. */
  drain(): void
  /** Starts the services, for a process without a server. `serve` does it itself. */
  start(): Promise<void>
  /** Stops the services within `deadline` milliseconds each, default 10,000. */
  stop(options?: { deadline?: number | undefined }): Promise<void>
}

/** A name of a route, or the compiler's complaint. It is made here, since a constraint would complain of the arguments. */
type KnownName<Names, Name extends string> = Name extends keyof Names
  ? Name
  : `there is no route named ${Name}`

type UrlArgsOf<Names, Name extends string> = Name extends keyof Names
  ? Names[Name] extends string
    ? UrlArgs<Names[Name]>
    : never
  : readonly unknown[]

const optionRules = {
  routes: ['a list of routes', Array.isArray],
  use: middlewareRule,
  services: ['a list of services', Array.isArray],
  views: ['an object with options', isObject],
  environment: ['a name', isText],
  trustedProxies: ['a list of addresses and CIDR ranges', Array.isArray],
  proxyHeaders: oneOf('x-forwarded', 'forwarded'),
  secretKeyBase: [
    'a text or a list of texts',
    (value: unknown) => typeof value === 'string' || Array.isArray(value),
  ],
  methodOverride: flagRule,
  ...bodyRules,
} as const

/**
 * Makes an application of routes. Everything that can be known before a request is settled here: patterns are compiled,
 * pipelines composed, conflicts refused. Importing or creating an application has no effect; `serve` or `app.start()`
 * starts it.
 *
 * Throws `ZZZ_ROUTE_CONFLICT`, `ZZZ_ROUTE_PATTERN`, `ZZZ_OPTION_INVALID`, and `ZZZ_SECRET_KEY` when `secretKeyBase` is
 * too short, or missing and needed.
 *
 * ```ts
 * const app = createApp({ routes: [get('/hello/:name', (ctx) => ctx.text(`Hello, ${ctx.params.name}!`))] })
 * await app.fetch('/hello/Ada')   // 200, Hello, Ada!
 * ```
 */
export function createApp<const R extends AnyRoute, Shared extends object = object>(
  options: AppOptions & {
    routes: readonly R[] & CheckedRoutes<R>
    /** The layout of `ctx.render`, what layouts need, language and time zone of pipes. */
    views?: ViewsOptions<Shared> | undefined
  },
): App<NameMap<EntryOf<R>>> {
  checkOptions('createApp', options, optionRules)
  checkForm('createApp', options)
  const { use = [], services = [], environment = currentEnvironment() } = options
  const views: AnyViewsOptions = options.views ?? {}
  checkViews(views)
  const flat = flattenRoutes(options.routes)
  const routes = flat.map(({ method, pattern, name }) => Object.freeze({ method, pattern, name }))
  const secrets = createSecrets({ keys: secretKeys({ secretKeyBase: options.secretKeyBase, environment }) })
  let closing = new AbortController()
  const info: AppInfo = Object.freeze({
    environment,
    routes,
    get draining() {
      return closing.signal.aborted
    },
    get drainSignal() {
      return closing.signal
    },
    secrets,
  })
  const settings: ContextSettings = {
    app: info,
    trustedProxies: options.trustedProxies && trustedProxies(options.trustedProxies, options.proxyHeaders),
    views,
  }
  for (const step of new Set([...use, ...flat.flatMap((route) => route.use)])) step.prepare?.(info)
  const handle = createHandle({
    flat,
    infos: routes,
    use,
    settings,
    bodySettings: withBodyOptions(defaultBodySettings, options),
    methodOverride: options.methodOverride === true,
  })
  const running = runServices(services)
  const builders = compileUrls(flat)
  return Object.freeze<App<NameMap<EntryOf<R>>>>({
    environment,
    routes,
    secrets,
    get draining() {
      return closing.signal.aborted
    },
    get drainSignal() {
      return closing.signal
    },
    drain: () => closing.abort(),
    handle,
    fetch: createFetch(handle, environment === 'development'),
    url: (name, ...args) => urlOf(builders, name, args),
    start: () => {
      // What was served before may be served again.
      if (closing.signal.aborted) closing = new AbortController()
      return running.start()
    },
    stop: (stopOptions = {}) => running.stop({ deadline: stopOptions.deadline ?? 10000 }),
  })
}

function createFetch(handle: Handle, development: boolean): App['fetch'] {
  return async (input, init) => {
    const request = fromWebRequest(toRequest(input, init))
    const reply = await handle(request)
    try {
      return toWebResponse(request, reply)
    } catch (error) {
      // What only a server can send (an upgrade) or what was sent before.
      return toWebResponse(request, errorReply(request, error, { development }))
    }
  }
}

function toRequest(
  input: globalThis.Request | URL | string,
  init: RequestInit | undefined,
): globalThis.Request {
  const target = typeof input === 'string' ? new URL(input, 'http://localhost') : input
  return new globalThis.Request(target, init)
}

function compileUrls(flat: readonly FlatRoute[]): ReadonlyMap<string, UrlBuilder> {
  const named = flat.flatMap(({ name, pattern }) =>
    name === undefined ? [] : [[name, compileUrl(pattern)] as const],
  )
  return new Map(named)
}

function urlOf(builders: ReadonlyMap<string, UrlBuilder>, name: string, args: readonly unknown[]): string {
  const build = builders.get(name)
  if (build === undefined) {
    const known = [...builders.keys()].join(', ') || 'none'
    throw new ZzzError(
      'ZZZ_ROUTE_UNKNOWN',
      `There is no route named ${JSON.stringify(name)}; known are ${known}`,
    )
  }
  return build(...(args as Parameters<UrlBuilder>))
}
