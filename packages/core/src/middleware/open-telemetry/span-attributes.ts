import type { Context } from '../../context/context.ts'
import { methods } from '../../http/method.ts'
import type { Outcome } from '../../http/outcome.ts'

/** Attributes of a span; the names are those of OpenTelemetry's stable conventions for HTTP. */
export type SpanAttributes = Record<string, string | number>

/** The method as a name for spans: one that nobody knows is `_OTHER`, since clients can make up as many as they like. */
function knownMethod({ method, route }: Context): string {
  return methods.has(method) || route?.method === method ? method : '_OTHER'
}

/** `GET /users/:id`, or the method alone where no route matched. */
export function spanName(ctx: Context): string {
  const method = knownMethod(ctx)
  const shown = method === '_OTHER' ? 'HTTP' : method
  return ctx.route === undefined ? shown : `${shown} ${ctx.route.pattern}`
}

/** What is known of a request at its start. The query is left out: it often holds secrets. */
export function requestAttributes(ctx: Context): SpanAttributes {
  const { method, path, scheme, ip, route, request } = ctx
  const known = knownMethod(ctx)
  const agent = ctx.header('user-agent')
  const { remoteAddress, remotePort } = request.peer
  return {
    'http.request.method': known,
    ...(known === '_OTHER' && { 'http.request.method_original': method }),
    ...(route !== undefined && { 'http.route': route.pattern }),
    'url.path': path,
    'url.scheme': scheme,
    ...serverAttributes(ctx.host, scheme),
    ...(ip !== '' && { 'client.address': ip }),
    ...(remoteAddress !== undefined && { 'network.peer.address': remoteAddress }),
    ...(remotePort !== undefined && { 'network.peer.port': remotePort }),
    'network.protocol.version': request.version === '2.0' ? '2' : request.version,
    ...(agent !== undefined && { 'user_agent.original': agent }),
  }
}

/** What is known when it has settled. */
export function outcomeAttributes({ status, aborted, error }: Outcome): SpanAttributes {
  const wrong = aborted || status >= 500
  return {
    ...(status > 0 && { 'http.response.status_code': status }),
    ...(wrong && { 'error.type': errorType(error) ?? String(status) }),
  }
}

/** Our code, which is exact, or the class of the error. */
function errorType(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.startsWith('ZZZ_') && code !== 'ZZZ_HTTP' ? code : error.name
}

function serverAttributes(host: string, scheme: string): SpanAttributes {
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? []
  if (name === '') return {}
  return { 'server.address': name, 'server.port': Number(port ?? (scheme === 'https' ? 443 : 80)) }
}
