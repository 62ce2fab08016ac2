import { type BodySource, bytesSource } from './body-source.ts'
import { type HeaderSource, type HttpVersion, type Peer, Request } from './request.ts'

/** What a test says of a request; the rest is a GET of `/` without headers, body and socket. */
export interface RequestParts {
  readonly method?: string
  readonly target?: string
  readonly version?: HttpVersion
  /** By lower-case name, or as a back end hands them over. */
  readonly headers?: Readonly<Record<string, string>> | HeaderSource
  readonly body?: string | Uint8Array | BodySource
  readonly peer?: Partial<Peer>
}

export function makeRequest(parts: RequestParts = {}): Request {
  const { method = 'GET', target = '/', version = '1.1', headers = {}, peer = {} } = parts
  return new Request(method, target, version, headerSource(headers), bodySource(parts.body), {
    remoteAddress: undefined,
    remotePort: undefined,
    encrypted: false,
    ...peer,
  })
}

function headerSource(headers: NonNullable<RequestParts['headers']>): HeaderSource {
  if (typeof headers === 'string' || Array.isArray(headers)) return headers
  return Object.entries(headers).flat()
}

function bodySource(body: RequestParts['body']): BodySource | null {
  if (body === undefined) return null
  if (typeof body === 'string') return bytesSource(Buffer.from(body))
  return body instanceof Uint8Array ? bytesSource(body) : body
}
