import type { ZzzError } from '../errors.ts'
import { isPromise, type MaybePromise } from '../internal/maybe-promise.ts'
import { reportError } from '../internal/report.ts'
import { type BodySettings, defaultBodySettings } from './body/body-settings.ts'
import type { Form } from './body/form.ts'
import { expectJson, parseJson } from './body/json.ts'
import type { FormPart } from './body/parts.ts'
import { readForm, readFormParts } from './body/read-form.ts'
import type { JsonOptions, ReadFormOptions, ReadOptions } from './body/read-options.ts'
import { decodeText, expectText } from './body/text.ts'
import {
  type BodySource,
  bytesSource,
  collect,
  emptyBody,
  refuseDisturbed,
  toWebStream,
} from './body-source.ts'
import { HeaderList } from './header-list.ts'
import type { Outcome } from './outcome.ts'

/** The version of HTTP that a request came by. */
export type HttpVersion = '1.0' | '1.1' | '2.0'

/** The other end of the connection a request came over. */
export interface Peer {
  /** Address of the socket's other end; undefined for a request that came over no socket (`app.fetch`). */
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  /** True on TLS. */
  readonly encrypted: boolean
}

/** Header lines as a back end hands them over: the raw block (CRLF, valid lines, each ended by CRLF, CRLF), or a flat list. */
export type HeaderSource = string | string[]

/**
 * One request, the same on every back end. Lean on purpose: headers are cut, the query is split off and the body is
 * read when first asked for.
 */
export class Request {
  /** The method as sent, or as a form asks for with the application's `methodOverride`; methods are case-sensitive. */
  readonly method: string
  /** The request target as sent: `/users/42?tab=posts`, `http://host/path`, `*` or `host:port`. */
  readonly target: string
  readonly version: HttpVersion
  /** The body's bytes as they arrive. Iterate it to stream; it can be read once. */
  readonly body: BodySource
  readonly peer: Peer
  /**
   * How bodies are read, as the route says.
   * @internal
   */
  bodySettings: BodySettings = defaultBodySettings
  readonly #headerSource: HeaderSource
  #headers: HeaderList | undefined
  #path: string | undefined
  #queryStart = -1
  #bytes: MaybePromise<Uint8Array> | undefined
  #form: Promise<Form> | undefined
  #abort: AbortController | undefined
  #aborted: unknown
  #listeners: ((outcome: Outcome) => void)[] | undefined
  #outcome: Outcome | undefined

  constructor(
    method: string,
    target: string,
    version: HttpVersion,
    headers: HeaderSource,
    body: BodySource | null,
    peer: Peer,
  ) {
    this.method = method
    this.target = target
    this.version = version
    this.#headerSource = headers
    this.body = body ?? emptyBody
    this.peer = peer
  }

  get headers(): HeaderList {
    this.#headers ??=
      typeof this.#headerSource === 'string'
        ? cutHeaders(this.#headerSource)
        : HeaderList.unchecked(this.#headerSource)
    return this.#headers
  }

  /** The path, still percent-encoded, without the query: `/users/42`. `*` and CONNECT targets are given as sent. */
  get path(): string {
    if (this.#path === undefined) this.#splitTarget()
    return this.#path as string
  }

  /** The query string without its `?`; empty when there is none. */
  get queryString(): string {
    if (this.#path === undefined) this.#splitTarget()
    return this.#queryStart === -1 ? '' : this.target.slice(this.#queryStart)
  }

  /** Host and port the client addressed: of an absolute target, else of the `Host` header; empty in HTTP/1.0 without. */
  get host(): string {
    const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?]*)/i.exec(this.target)
    return absolute?.[1] ?? this.headers.get('host') ?? ''
  }

  /** Aborts when the client disconnects before the reply is through, and when the handler's time is up. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#aborted !== undefined) this.#abort.abort(this.#aborted)
    }
    return this.#abort.signal
  }

  /**
   * The whole body, buffered. All reads share one, so `text()` after `json()` works, and the limit of the first counts.
   * Rejects with `ZZZ_BODY_CONSUMED` when the body was streamed before, and with `ZZZ_BODY_TOO_LARGE` beyond the limit.
   */
  async bytes(options: ReadOptions = {}): Promise<Uint8Array> {
    return this.#buffered(options)
  }

  /**
   * The whole body as text, in the charset that its content type names, UTF-8 unless it does. Rejects with
   * `ZZZ_BODY_TYPE` (415) for a charset that nobody knows and for a compressed body.
   */
  async text(options: ReadOptions = {}): Promise<string> {
    const charset = expectText(this.headers)
    return decodeText(await this.#buffered(options), charset)
  }

  /**
   * The whole body parsed as JSON. Of two members of one name the last counts. Rejects with `ZZZ_BODY_TYPE` (415) unless
   * the content type is `application/json` or ends in `+json`, in UTF-8, and with `ZZZ_BODY_MALFORMED`,
   * `ZZZ_BODY_TOO_DEEP` or `ZZZ_BODY_PROTOTYPE` (400) for what is no JSON, is nested too deep, or has keys that could
   * change the prototype of objects.
   */
  async json(options: JsonOptions = {}): Promise<unknown> {
    expectJson(this.headers)
    const bytes = this.#buffered(options)
    return parseJson(bytes instanceof Promise ? await bytes : bytes, options.depth)
  }

  /**
   * The form in the body, urlencoded or multipart; calls share one. Files beyond `memory` wait in temporary files until
   * the request has settled. Rejects with `ZZZ_BODY_TYPE` (415) for another content type, `ZZZ_BODY_TOO_LARGE` (413)
   * beyond a limit, and `ZZZ_BODY_MALFORMED`, `ZZZ_BODY_TOO_DEEP` or `ZZZ_BODY_PROTOTYPE` (400).
   */
  form(options: ReadFormOptions = {}): Promise<Form> {
    this.#form ??= readForm(this, options)
    return this.#form
  }

  /**
   * The parts of a multipart form while they arrive, for uploads that go elsewhere: nothing but the fields is kept, and
   * the client is read no faster than the loop runs. Rejects as `form` does, and with `ZZZ_BODY_CONSUMED` when the body
   * was read as a form or a stream before.
   *
   * ```ts
   * for await (const part of ctx.request.parts({ total: Infinity })) {
   *   if (part.kind === 'file') await pipeline(part, bucket.upload(randomUUID()))
   * }
   * ```
   */
  parts(options: ReadFormOptions = {}): AsyncGenerator<FormPart, void, void> {
    return readFormParts(this, options)
  }

  /**
   * The body while it arrives, or what was buffered of it.
   * @internal
   */
  async source(): Promise<BodySource> {
    if (this.#bytes !== undefined) return bytesSource(await this.#bytes)
    refuseDisturbed(this.body)
    return this.body
  }

  /** The body as a web stream; after a buffering read, the bytes it kept. */
  stream(): ReadableStream<Uint8Array> {
    const bytes = this.#bytes
    if (bytes === undefined) return toWebStream(this.body)
    return new ReadableStream({
      async start(controller) {
        const chunk = bytesSource(await bytes).read() as Uint8Array | null
        if (chunk !== null) controller.enqueue(chunk)
        controller.close()
      },
    })
  }

  /**
   * Calls `listener` exactly once, after the last byte of the reply was handed to the operating system or the request
   * broke off. For logs, metrics, temporary files, spans. A listener added after that is called at once.
   */
  onSettled(listener: (outcome: Outcome) => void): void {
    if (this.#outcome !== undefined) {
      this.#notify(listener, this.#outcome)
      return
    }
    this.#listeners ??= []
    this.#listeners.push(listener)
  }

  /** True when someone waits for the outcome; a back end skips the bookkeeping when nobody does. */
  get hasListeners(): boolean {
    return this.#listeners !== undefined
  }

  /** For back ends: says how the request ended. Only the first call counts. */
  settle(outcome: Outcome): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    if (this.#listeners !== undefined) for (const listener of this.#listeners) this.#notify(listener, outcome)
  }

  /** Why the request was aborted; undefined while it was not. */
  get abortReason(): unknown {
    return this.#aborted
  }

  /** For back ends: aborts `signal`. */
  abort(reason: ZzzError): void {
    this.#aborted ??= reason
    this.#abort?.abort(reason)
  }

  #buffered({ limit }: ReadOptions): MaybePromise<Uint8Array> {
    this.#bytes ??= this.#collect(limit ?? this.bodySettings.bodyLimit)
    return this.#bytes
  }

  #collect(limit: number): MaybePromise<Uint8Array> {
    refuseDisturbed(this.body)
    return collect(this.body, limit)
  }

  #notify(listener: (outcome: Outcome) => void, outcome: Outcome): void {
    const report = (error: unknown) =>
      reportError(error, `An onSettled listener of ${this.method} ${this.target} failed`)
    try {
      // A listener may be asynchronous, though nobody waits for it.
      const done: unknown = listener(outcome)
      if (isPromise(done)) done.then(undefined, report)
    } catch (error) {
      report(error)
    }
  }

  #splitTarget(): void {
    const { target } = this
    const start = target.charCodeAt(0) === 47 ? 0 : pathStart(target)
    const question = target.indexOf('?', start)
    if (question === -1) {
      this.#path = start === 0 ? target : target.slice(start) || '/'
    } else {
      this.#path = target.slice(start, question) || '/'
      this.#queryStart = question + 1
    }
  }
}

/** Where the path begins in a target that is not in origin form (RFC 9112 section 3.2). */
function pathStart(target: string): number {
  const authority = target.indexOf('://')
  if (authority === -1) return 0
  const end = target.slice(authority + 3).search(/[/?]/)
  return end === -1 ? target.length : authority + 3 + end
}

/** Cuts a valid header block into fields; values lose the white space around them. */
function cutHeaders(block: string): HeaderList {
  const flat: string[] = []
  let start = 2
  for (;;) {
    const colon = block.indexOf(':', start)
    if (colon === -1) break
    const end = block.indexOf('\r\n', colon)
    flat.push(block.slice(start, colon).toLowerCase(), trimmed(block, colon + 1, end))
    start = end + 2
  }
  return HeaderList.unchecked(flat)
}

/** The text between two indices without the spaces and tabs around it (OWS, RFC 9110 section 5.6.3). */
function trimmed(text: string, start: number, end: number): string {
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}
