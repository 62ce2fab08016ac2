import type { Middleware } from '../../context/middleware.ts'
import { type BodyProducer, openBody, slices } from '../../http/body-producer.ts'
import { isCompressible, mediaType } from '../../http/compressible.ts'
import { codingNegotiator } from '../../http/content-coding.ts'
import { isStrong, parseEntityTags, weaken } from '../../http/entity-tag.ts'
import type { FileRange } from '../../http/file/file-range.ts'
import type { HeaderList } from '../../http/header-list.ts'
import { bodySize, declaredSize, type Reply, type StreamBody } from '../../http/reply.ts'
import type { Request } from '../../http/request.ts'
import { isBodyless } from '../../http/status.ts'
import { addVary } from '../../http/vary.ts'
import { mapMaybe } from '../../internal/maybe-promise.ts'
import { type Coder, type Coding, codings, createCoder } from './coder.ts'
import { type CompressOptions, checkCompressOptions } from './compress-options.ts'
import { compressedBody } from './compressed-body.ts'

/** Larger bodies are compressed piece by piece on other threads; up to here it takes less time than going there. */
const atOnce = 64 * 1024

/**
 * Compresses replies by the client's `Accept-Encoding`: zstd, brotli, gzip or deflate. It leaves alone what would gain
 * nothing or break: types that are compressed already, small bodies, replies with `Content-Encoding` or `Content-Range`
 * or a digest, `Cache-Control: no-transform`, event streams, upgrades. What depends on `Accept-Encoding` says so in
 * `Vary`; a strong entity tag becomes weak, since the bytes are not those it named.
 *
 * Stands outside of whatever looks at bodies, such as `etag` and `responseCache`. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * createApp({ use: [compress()], routes })
 * ```
 */
export function compress(options: CompressOptions = {}): Middleware {
  checkCompressOptions(options)
  const { threshold = 1024, encodings = codings, levels = {}, types = [] } = options
  const coders = new Map<string, Coder>(
    encodings.map((coding) => [coding, createCoder(coding, levels[coding])]),
  )
  const accepted = codingNegotiator(encodings)
  const further = new Set(types.map((type) => type.toLowerCase()))
  const isWorthwhile = (type: string) => isCompressible(type) || further.has(mediaType(type))

  /** What the client takes, for a body that depends on it; undefined for one that goes out as it is. */
  function choiceFor(request: Request, headers: HeaderList, size: number): readonly string[] | undefined {
    if (size === 0 || isUntouchable(headers)) return undefined
    const choice = accepted(request.headers.get('accept-encoding'))
    const worthwhile = size >= threshold && isWorthwhile(headers.get('content-type') ?? '')
    // A client that refuses the plain form gets what it asks for, whatever that gains.
    return worthwhile || !choice.includes('identity') ? choice : undefined
  }

  function dress(request: Request, reply: Reply): Reply {
    const { statusCode, headers } = reply
    if (statusCode === 304) return dressNotModified(request, reply)
    if (statusCode === 206 || isBodyless(statusCode)) return reply
    const size = sizeOf(request, reply)
    const choice = choiceFor(request, headers, size)
    if (choice === undefined) return reply
    const coder = coders.get(choice[0] as string)
    addVary(reply, 'accept-encoding')
    return coder === undefined ? reply : encode(reply, coder, size)
  }

  /** A 304 says the same in `Vary` as the 200 that it stands for would (RFC 9110 section 15.4.5). */
  function dressNotModified(request: Request, reply: Reply): Reply {
    const { whole } = reply
    const varies = whole !== undefined && choiceFor(request, whole.headers, whole.size) !== undefined
    return nameClientsTag(request, varies ? addVary(reply, 'accept-encoding') : reply)
  }

  return function compress(ctx, next) {
    return mapMaybe(next(), (reply) => dress(ctx.request, reply))
  }
}

export type { Coding, CompressOptions }

/** Bytes of the body. The answer to a HEAD may come without it, and says what the GET would (RFC 9110 section 9.3.2). */
function sizeOf(request: Request, reply: Reply): number {
  if (reply.body !== null || request.method !== 'HEAD') return bodySize(reply)
  return declaredSize(reply.headers) ?? 0
}

/** What says that the bytes are a part, are encoded already, or were summed up. */
const telling: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-range',
  'content-digest',
  'content-md5',
  'digest',
])

function isUntouchable({ flat }: HeaderList): boolean {
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string
    if (telling.has(name)) return true
    if (name === 'cache-control' && /\bno-transform\b/i.test(flat[i + 1] as string)) return true
  }
  return false
}

function encode(reply: Reply, coder: Coder, size: number): Reply {
  const { headers, body } = reply
  headers.set('content-encoding', coder.coding)
  headers.delete('content-length')
  // Ranges would be of the plain form.
  headers.delete('accept-ranges')
  const etag = headers.get('etag')
  if (etag !== undefined) headers.set('etag', weaken(etag))
  const inMemory = typeof body === 'string' || body instanceof Uint8Array
  reply.body =
    inMemory && size <= atOnce
      ? coder.whole(body)
      : compressedBody(() => producer(body as Exclude<Reply['body'], { kind: 'upgrade' }>), coder)
  return reply
}

function producer(body: null | string | Uint8Array | StreamBody | FileRange): BodyProducer {
  if (body === null) return slices(new Uint8Array(), atOnce)
  if (typeof body === 'string') return slices(Buffer.from(body), atOnce)
  return body instanceof Uint8Array ? slices(body, atOnce) : openBody(body)
}

/** A 304 is about what the client has: a weak tag of ours means the compressed form (RFC 9110 section 15.4.5). */
function nameClientsTag(request: Request, reply: Reply): Reply {
  const etag = reply.headers.get('etag')
  const field = request.headers.get('if-none-match')
  if (etag === undefined || field === undefined || !isStrong(etag)) return reply
  const weak = weaken(etag)
  return parseEntityTags(field).includes(weak)
    ? addVary(reply.header('etag', weak), 'accept-encoding')
    : reply
}
