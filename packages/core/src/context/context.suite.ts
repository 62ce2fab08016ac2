import { trustedProxies } from '../http/client.ts'
import { makeRequest, type RequestParts } from '../http/request.suite.ts'
import { Context } from './context.ts'

/** What a test says of a context; the rest is that of `makeRequest`, in production. */
export interface ContextParts extends RequestParts {
  readonly environment?: string
  readonly trustedProxies?: readonly string[]
}

export function makeContext(parts: ContextParts = {}): Context {
  const { environment = 'production', trustedProxies: proxies } = parts
  return new Context<object>(makeRequest(parts), {}, undefined, {
    app: { environment, routes: [], draining: false },
    trustedProxies: proxies && trustedProxies(proxies),
  })
}
