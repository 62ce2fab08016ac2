import { ZzzError } from '../errors.ts'
import { type BodyProducer, openBody } from './body-producer.ts'
import { webSource } from './body-source.ts'
import { HeaderList } from './header-list.ts'
import { isUpgrade, Reply, type StreamBody } from './reply.ts'
import { type Peer, Request } from './request.ts'
import { isBodyless, reasonPhrase } from './status.ts'

const noPeer: Peer = { remoteAddress: undefined, remotePort: undefined, encrypted: false }

/** A web `Request` as ours. Its signal aborts ours. */
export function fromWebRequest(web: globalThis.Request): Request {
  const url = new URL(web.url)
  const headers: string[] = web.headers.has('host') ? [] : ['host', url.host]
  for (const [name, value] of web.headers) headers.push(name, value)
  const body = web.body === null ? null : webSource(web.body)
  const peer = url.protocol === 'https:' ? { ...noPeer, encrypted: true } : noPeer
  const request = new Request(web.method, url.pathname + url.search, '1.1', headers, body, peer)
  const abort = () => request.abort(new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'The web request was aborted'))
  if (web.signal.aborted) abort()
  else web.signal.addEventListener('abort', abort, { once: true })
  request.onSettled(() => web.signal.removeEventListener('abort', abort))
  return request
}

/** Our request as a web `Request`. Throws a `TypeError` for the methods that fetch forbids: CONNECT and TRACE. */
export function toWebRequest(request: Request): globalThis.Request {
  const scheme = request.peer.encrypted ? 'https' : 'http'
  const origin = `${scheme}://${request.host || 'localhost'}`
  // Joined, not resolved: `//host/path` as a target is a path, and as a reference another host.
  const url = new URL(request.target.startsWith('/') ? origin + request.target : request.target, origin)
  const bodyless = request.method === 'GET' || request.method === 'HEAD' || request.body.length === 0
  return new globalThis.Request(url, {
    method: request.method,
    headers: [...request.headers],
    signal: request.signal,
    ...(bodyless ? {} : { body: request.stream(), duplex: 'half' }),
  })
}

/** A web `Response` as a reply; several `Set-Cookie` stay apart. Throws `ZZZ_STATUS_INVALID` for `Response.error()`. */
export function fromWebResponse(response: Response): Reply {
  if (response.bodyUsed || response.body?.locked) {
    throw new ZzzError(
      'ZZZ_REPLY_REUSED',
      'This Response was sent or read before. Make a new one for each request',
    )
  }
  return new Reply(200, response.body as StreamBody | null, HeaderList.from(response.headers)).status(
    response.status,
  )
}

/**
 * A reply as a web `Response`, settling the request once the body was read to its end or cancelled. Throws
 * `ZZZ_UPGRADE_UNSUPPORTED` for an upgrade: a `Response` cannot hand over a connection.
 */
export function toWebResponse(request: Request, reply: Reply): Response {
  reply.take()
  if (isUpgrade(reply.body)) {
    throw new ZzzError(
      'ZZZ_UPGRADE_UNSUPPORTED',
      `${request.path} upgrades the connection; that needs a server`,
    )
  }
  const init = {
    status: reply.statusCode,
    statusText: reasonPhrase(reply.statusCode),
    headers: [...reply.headers] as [string, string][],
  }
  const { body } = reply
  if (request.method === 'HEAD' || isBodyless(reply.statusCode)) {
    if (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) openBody(body).cancel()
    return settledResponse(request, reply, null, 0, init)
  }
  if (body === null) return settledResponse(request, reply, null, 0, init)
  if (typeof body === 'string') return settledResponse(request, reply, body, Buffer.byteLength(body), init)
  if (body instanceof Uint8Array) return settledResponse(request, reply, body, body.length, init)
  return new Response(webBody(request, reply, openBody(body)), init)
}

function settledResponse(
  request: Request,
  reply: Reply,
  body: string | Uint8Array | null,
  bytesSent: number,
  init: ResponseInit,
): Response {
  request.settle({ status: reply.statusCode, bytesSent, aborted: false, error: reply.error })
  return new Response(body as string | Uint8Array<ArrayBuffer> | null, init)
}

/** A producer as a web stream that runs no further than its reader, and settles the request at its end. */
function webBody(request: Request, reply: Reply, producer: BodyProducer): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let bytesSent = 0
  const settle = (aborted: boolean, error: unknown) =>
    request.settle({ status: reply.statusCode, bytesSent, aborted, error })
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await producer.next()
          if (piece === null) {
            settle(false, reply.error)
            return controller.close()
          }
          const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece
          bytesSent += bytes.length
          controller.enqueue(bytes)
        } catch (error) {
          producer.cancel()
          settle(true, error)
          throw error
        }
      },
      cancel() {
        producer.cancel()
        settle(true, new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'The reader cancelled the reply'))
      },
    },
    { highWaterMark: 0 },
  )
}
