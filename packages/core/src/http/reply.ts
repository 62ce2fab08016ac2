import { ZzzError } from '../errors.ts'
import { describe } from '../internal/options.ts'
import type { CookieOptions } from './cookie.ts'
import type { FileRange } from './file/file-range.ts'
import { HeaderList } from './header-list.ts'
import { ReplyCookies } from './reply-cookies.ts'
import type { Upgrade } from './upgrade.ts'

/** A body that is produced while it is sent: web stream, node stream, async generator. */
export type StreamBody = AsyncIterable<Uint8Array | string>

/** What a reply can carry. */
export type ReplyBody = null | string | Uint8Array | StreamBody | FileRange | Upgrade

/** The 200 in whose place a 304 goes out. */
export interface WholeReply {
  readonly headers: HeaderList
  /** Bytes of its body as `bodySize` gives them. */
  readonly size: number
}

/**
 * The answer to one request: status, headers and body. What a handler returns is the only home of response state.
 * Mutable, so that middleware can add to it on its way out, and sent once.
 *
 * ```ts
 * ctx.json({ id: 7 }).status(201).header('location', '/users/7')
 * ```
 */
export class Reply {
  statusCode: number
  body: ReplyBody
  readonly headers: HeaderList
  /** The error that became this reply, kept for loggers; undefined for a reply that a handler returned. */
  error: unknown = undefined
  /**
   * The cookies set so far; undefined while there are none.
   * @internal
   */
  cookies: ReplyCookies | undefined = undefined
  /**
   * What a 304 stands for; undefined where that is not known.
   * @internal
   */
  whole: WholeReply | undefined = undefined
  #taken = false

  constructor(statusCode: number, body: ReplyBody, headers: HeaderList = new HeaderList()) {
    this.statusCode = checkStatus(statusCode)
    this.body = body
    this.headers = headers
  }

  /** Sets the status, 100 to 599. Throws `ZZZ_STATUS_INVALID` for anything else. */
  status(code: number): this {
    this.statusCode = checkStatus(code)
    return this
  }

  /** Sets a header, replacing what was there. Throws `ZZZ_HEADER_INVALID` for what cannot stand in a header. */
  header(name: string, value: string): this {
    this.headers.set(name, value)
    return this
  }

  /** Adds a header line beside those of the same name (`Set-Cookie`, `Vary`, `Link` …). */
  append(name: string, value: string): this {
    this.headers.append(name, value)
    return this
  }

  /**
   * Sets a cookie: `HttpOnly`, `SameSite=Lax`, for the whole site, until the browser closes, and `Secure` when the request
   * came over HTTPS, unless `options` say otherwise. Setting the same one again replaces it. Characters that cannot stand
   * in a value are percent-encoded, and `ctx.cookie(name)` decodes them.
   *
   * Throws `ZZZ_COOKIE_INVALID` for a name or attribute that browsers would refuse, and `ZZZ_COOKIE_TOO_LARGE` beyond
   * 4,096 bytes. What nobody may change or read belongs into a `signedCookie` or an `encryptedCookie`.
   *
   * ```ts
   * ctx.redirect('/').cookie('theme', 'dark', { maxAge: 31_536_000 })
   * ```
   */
  cookie(name: string, value: string, options: CookieOptions = {}): this {
    this.cookies ??= new ReplyCookies(this.headers)
    this.cookies.set(name, value, options)
    return this
  }

  /** Deletes a cookie; `domain` and `path` have to be those it was set with. Throws as `cookie` does. */
  clearCookie(name: string, options: CookieOptions = {}): this {
    return this.cookie(name, '', { ...options, maxAge: 0, expires: new Date(0) })
  }

  /**
   * For back ends: takes the reply for sending. Throws `ZZZ_REPLY_REUSED` the second time, because a reply kept in a
   * variable and returned for two requests would share its headers and its stream between them; `ZZZ_STATUS_INVALID` for
   * a status that ends no request (RFC 9110 section 15.2), unless it is an upgrade; `ZZZ_REPLY_BODY` for a body of no
   * kind that can be sent.
   */
  take(): void {
    if (checkStatus(this.statusCode) < 200 && !isUpgrade(this.body)) {
      throw new ZzzError(
        'ZZZ_STATUS_INVALID',
        `A handler answered ${this.statusCode}, which ends no request (RFC 9110 15.2)`,
      )
    }
    if (this.#taken) {
      throw new ZzzError('ZZZ_REPLY_REUSED', 'This reply was sent before. Make a new one for each request')
    }
    this.#taken = true
    checkBody(this.body)
  }
}

function checkStatus(code: number): number {
  if (!Number.isInteger(code) || code < 100 || code > 599) {
    throw new ZzzError('ZZZ_STATUS_INVALID', `A status is an integer from 100 to 599, got ${code}`)
  }
  return code
}

/** Throws `ZZZ_REPLY_BODY` for what types keep out and values let in: a number, a list, a function not called. */
export function checkBody(body: unknown): void {
  if (typeof body === 'string' || body === null) return
  if (
    typeof body === 'object' &&
    (body instanceof Uint8Array || Symbol.asyncIterator in body || isKind(body))
  )
    return
  const advice = typeof body === 'function' ? '; was the generator meant to be called?' : ''
  throw new ZzzError(
    'ZZZ_REPLY_BODY',
    `A reply's body is text, bytes, null, a stream, a file range or an upgrade, not ${describe(body)}${advice}`,
  )
}

function isKind(body: object): boolean {
  const { kind } = body as { kind?: unknown }
  return kind === 'upgrade' || kind === 'file'
}

/** A reply whose only header is a content type known to be valid; the short way for the helpers of the context. */
export function typedReply(status: number, body: ReplyBody, type: string): Reply {
  return new Reply(status, body, HeaderList.unchecked(['content-type', type]))
}

/** True for a body that takes the connection over. */
export function isUpgrade(body: ReplyBody): body is Upgrade {
  return body !== null && typeof body === 'object' && (body as { kind?: unknown }).kind === 'upgrade'
}

/** True for a body that is a range of a file. */
export function isFileRange(body: ReplyBody): body is FileRange {
  return body !== null && typeof body === 'object' && (body as { kind?: unknown }).kind === 'file'
}

/** Bytes of a reply's body as far as they are known; infinite for a stream that does not say it, 0 for none. */
export function bodySize({ body, headers }: Pick<Reply, 'body' | 'headers'>): number {
  if (body === null) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array || isFileRange(body)) return body.length
  if (isUpgrade(body)) return 0
  return declaredSize(headers) ?? Number.POSITIVE_INFINITY
}

/** What `Content-Length` says, if it says anything. */
export function declaredSize(headers: HeaderList): number | undefined {
  const declared = Number(headers.get('content-length') ?? Number.NaN)
  return declared >= 0 ? declared : undefined
}

/** Releases what a body holds that will not be sent (a HEAD reply, a client that left). */
export async function discardBody(body: ReplyBody): Promise<void> {
  if (body === null || typeof body === 'string' || body instanceof Uint8Array || isUpgrade(body)) return
  if (isFileRange(body)) return body.close()
  if (body instanceof ReadableStream) return void (await body.cancel())
  const destroy = (body as { destroy?: unknown }).destroy
  if (typeof destroy === 'function') return void destroy.call(body)
  await body[Symbol.asyncIterator]().return?.()
}
