import { trustedProxies } from '../http/client.ts'
import { makeRequest, type RequestParts } from '../http/request.suite.ts'
import { testSecrets } from '../secrets/secrets.suite.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { Context } from './context.ts'
import type { AnyViewsOptions } from './views.ts'

/** What a test says of a context; the rest is that of `makeRequest`, in production. */
export interface ContextParts extends RequestParts {
  readonly environment?: string
  readonly trustedProxies?: readonly string[]
  readonly secrets?: Secrets
  readonly views?: AnyViewsOptions
}

export function makeContext(parts: ContextParts = {}): Context {
  const { environment = 'production', trustedProxies: proxies, secrets = testSecrets(), views = {} } = parts
  return new Context<object>(makeRequest(parts), {}, undefined, {
    app: { environment, routes: [], draining: false, drainSignal: new AbortController().signal, secrets },
    trustedProxies: proxies && trustedProxies(proxies),
    views,
  })
}
