import { statusOf, ZzzError } from '../errors.ts'
import type { Form } from '../http/body/form.ts'
import type { ReadFormOptions, ReadOptions } from '../http/body/read-options.ts'
import type { UploadedFile } from '../http/body/uploaded-file.ts'
import { type Client, clientOf, type TrustedProxies } from '../http/client.ts'
import { type Cookies, parseCookies } from '../http/cookie.ts'
import { type EventStreamOptions, eventStream, type ServerEvents } from '../http/event-stream.ts'
import { type SendFileOptions, sendFile } from '../http/file/send-file.ts'
import type { Outcome } from '../http/outcome.ts'
import { Reply, type ReplyBody, type StreamBody } from '../http/reply.ts'
import type { Request } from '../http/request.ts'
import { isToken } from '../http/token.ts'
import { describe } from '../internal/options.ts'
import type { Html } from '../template/html.ts'
import type { Renderable } from '../template/view.ts'
import type { AppInfo, RouteInfo } from './app-info.ts'
import type { AssignKey } from './assign.ts'
import { errorReply } from './error-reply.ts'
import { cspNonceKey, problemDetailsKey } from './keys.ts'
import { LazyValue } from './lazy-value.ts'
import {
  bodyReply,
  htmlReply,
  jsonReply,
  type RespondOptions,
  redirectReply,
  textReply,
} from './make-reply.ts'
import { readBody, readParam } from './read-body.ts'
import {
  type AnyViewsOptions,
  type FragmentOptions,
  type RenderOptions,
  renderFragment,
  renderHtml,
  renderView,
} from './views.ts'

/** What the context of every request takes from its application. */
export interface ContextSettings {
  readonly app: AppInfo
  readonly trustedProxies: TrustedProxies | undefined
  readonly views: AnyViewsOptions
}

/**
 * One request on its way through the pipeline. It reads the request, carries assigns, and makes replies; what a handler
 * returns is the only home of response state. `P` holds the path parameters of the route's pattern.
 */
export class Context<out P extends object = object> {
  readonly request: Request
  /** Path parameters, percent-decoded once. */
  readonly params: P
  /** The route that matched; undefined where none did (404, 405). */
  readonly route: RouteInfo | undefined
  readonly #settings: ContextSettings
  #query: URLSearchParams | undefined
  #cookies: Cookies | undefined
  #client: Client | undefined
  #body: Promise<unknown> | undefined
  #assigns: Map<object, unknown> | undefined
  /**
   * What `varyOn` was told; undefined while that is nothing.
   * @internal
   */
  varies: Set<string> | undefined = undefined

  constructor(request: Request, params: P, route: RouteInfo | undefined, settings: ContextSettings) {
    this.request = request
    this.params = params
    this.route = route
    this.#settings = settings
  }

  get method(): string {
    return this.request.method
  }

  /** The path, still percent-encoded, without the query. */
  get path(): string {
    return this.request.path
  }

  /** The parsed query; `ctx.query.get('page')`, `ctx.query.getAll('tag')`. */
  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.request.queryString)
    return this.#query
  }

  /** A request header by name in any case; several lines are joined as `HeaderList.get` says. */
  header(name: string): string | undefined {
    return this.request.headers.get(name)
  }

  /**
   * A cookie by name, percent-decoded; what a client sends may be forged, unless it was signed or encrypted
   * (`signedCookie`, `encryptedCookie`).
   */
  cookie(name: string): string | undefined {
    this.#cookies ??= parseCookies(this.request.headers.get('cookie'))
    return this.#cookies[name]
  }

  /**
   * The body by its content type: the value of JSON, the nested values of a form, text of `text/*` and XML, the bytes of
   * anything else, undefined without a body. Calls share one value. Rejects as the reads of `ctx.request` do.
   */
  body(): Promise<unknown> {
    this.#body ??= readBody(this.request)
    return this.#body
  }

  /** The body's bytes as they came; `ctx.request.bytes()`. */
  rawBody(options?: ReadOptions): Promise<Uint8Array> {
    return this.request.bytes(options)
  }

  /** The form in the body; `ctx.request.form()`. */
  form(options?: ReadFormOptions): Promise<Form> {
    return this.request.form(options)
  }

  /** A field of the form by its whole name, the last one if there are several. Rejects as `form` does. */
  async formValue(name: string): Promise<string | undefined> {
    return (await this.form()).get(name)
  }

  /** A file of the form by its field, the last one if there are several. Rejects as `form` does. */
  async file(name: string): Promise<UploadedFile | undefined> {
    return (await this.form()).file(name)
  }

  /** The files of the form in the order they came. Rejects as `form` does. */
  async files(): Promise<readonly UploadedFile[]> {
    return (await this.form()).files
  }

  /**
   * A parameter by name: of the path, else of the body (a field of a form, or a text, number or boolean of a JSON
   * object, as text), else of the query. A body of another type is not read. Rejects as the reads of `ctx.request` do.
   */
  param(name: string): Promise<string | undefined> {
    return readParam(this, name)
  }

  /**
   * The client's address: the socket's other end, or, when that is one of the app's `trustedProxies`, the nearest
   * address it forwarded for (`X-Forwarded-For`) that is not. Empty without a socket (`app.fetch`).
   */
  get ip(): string {
    return this.#from.address
  }

  /** `https` on TLS, or where a trusted proxy says so (`X-Forwarded-Proto`); else `http`. */
  get scheme(): 'http' | 'https' {
    return this.#from.scheme
  }

  /** Host and port that the client asked for, as a trusted proxy says, else as the request does. */
  get host(): string {
    return this.#from.host
  }

  /** True when the client speaks TLS, to us or to a trusted proxy. */
  get secure(): boolean {
    return this.scheme === 'https'
  }

  /** Aborts when the client disconnects before the reply is through, and when the handler's time is up. */
  get signal(): AbortSignal {
    return this.request.signal
  }

  get #from(): Client {
    this.#client ??= clientOf(this.request, this.#settings.trustedProxies)
    return this.#client
  }

  /** The application's environment, routes and secrets. */
  get app(): AppInfo {
    return this.#settings.app
  }

  /** Keeps a value for what runs after this step. */
  set<T>(key: AssignKey<T>, value: T): void {
    this.#assigns ??= new Map()
    this.#assigns.set(key, value)
  }

  /** Keeps a value that is made when it is first read, if it ever is; reading it throws what making it throws. */
  setLazy<T>(key: AssignKey<T>, make: () => T): void {
    this.set<T | LazyValue<T>>(key as AssignKey<T | LazyValue<T>>, new LazyValue(make))
  }

  /** The value under a key. Throws `ZZZ_ASSIGN_MISSING` where none was set: the middleware that sets it did not run. */
  get<T>(key: AssignKey<T>): T {
    if (this.#assigns?.has(key) !== true) {
      const { name, setBy = 'the middleware that sets it' } = key
      throw new ZzzError(
        'ZZZ_ASSIGN_MISSING',
        `Nothing was set under ${JSON.stringify(name)} for ${this.method} ${this.path}. ` +
          `Put ${setBy} before what reads it, in "use" of the application, a scope or the route; or read it with ctx.find`,
      )
    }
    return settled(this.#assigns.get(key) as T | LazyValue<T>)
  }

  /** The value under a key, or undefined. */
  find<T>(key: AssignKey<T>): T | undefined {
    return settled(this.#assigns?.get(key) as T | LazyValue<T> | undefined)
  }

  /**
   * Says that the reply, whichever it will be, depends on these request headers: they are in its `Vary` as soon as it leaves
   * the step that made it, so that no cache gives it to others, ours included. Throws `ZZZ_HEADER_INVALID` for what is no
   * name of a header.
   *
   * ```ts
   * ctx.varyOn('accept-language')
   * ```
   */
  varyOn(...names: readonly string[]): void {
    this.varies ??= new Set()
    for (const name of names) {
      if (!isToken(name)) {
        throw new ZzzError('ZZZ_HEADER_INVALID', `ctx.varyOn: ${describe(name)} is no name of a header`)
      }
      this.varies.add(name)
    }
  }

  /** Calls `listener` exactly once when the reply is through or broke off, on every back end and in `app.fetch`. */
  onSettled(listener: (outcome: Outcome) => void): void {
    this.request.onSettled(listener)
  }

  /** A JSON reply. Throws `ZZZ_JSON_UNSERIALISABLE` for a value that JSON has no text for. */
  json<T>(value: T & (T extends PromiseLike<unknown> ? 'await it first' : unknown), status = 200): Reply {
    return jsonReply(value, status)
  }

  /** An HTML reply. The text goes out as it is: escape what comes from users. */
  html(text: string, status = 200): Reply {
    return htmlReply(text, status)
  }

  /**
   * A page: a view of `views.gen.ts` with the data that its template reads, in its layout. The layout is the one given
   * here, else the template's own, else that of the nearest `withLayout`, else the application's; `false` is none.
   *
   * Throws `TemplateError` for a template with errors (in development, where it is compiled when it is used), and
   * `ZZZ_TEMPLATE_VALUE` for a value that JSON or a pipe cannot take.
   *
   * ```ts
   * ctx.render(views.users.show, { user })
   * ctx.render(views.users.edit, { user, errors }, { status: 422 })
   * ```
   */
  render<Data extends object>(
    view: Renderable<Data>,
    data: NoInfer<Data>,
    options: RenderOptions = {},
  ): Reply {
    return renderView(this, this.#settings.views, view, data, options)
  }

  /**
   * A part of a page: a view without any layout, for requests that replace a piece of what is there.
   *
   * ```ts
   * ctx.renderFragment(views.todos.form, { errors }, { status: 422 })
   * ```
   */
  renderFragment<Data extends object>(
    view: Renderable<Data>,
    data: NoInfer<Data>,
    options: FragmentOptions = {},
  ): Reply {
    return renderFragment(this, this.#settings.views, view, data, options)
  }

  /**
   * HTML of a view, without any layout, with what the application's views share, its language and time zone: for another
   * view's data, `` html`…` ``, or an out-of-band part. `view.html(data)` is the same without a request.
   */
  renderHtml<Data extends object>(view: Renderable<Data>, data: NoInfer<Data>): Html {
    return renderHtml(this, this.#settings.views, view, data)
  }

  /** A plain text reply. */
  text(text: string, status = 200): Reply {
    return textReply(text, status)
  }

  /** A reply with any body; without a `type`, text goes out as plain text and bytes as `application/octet-stream`. */
  respond(body: ReplyBody, options: RespondOptions = {}): Reply {
    return bodyReply(body, options)
  }

  /** A reply that is produced while it is sent, no faster than the client reads: web or node stream, generator. */
  stream(source: StreamBody, options: RespondOptions = {}): Reply {
    return this.respond(source, options)
  }

  /**
   * A stream of server-sent events, for `EventSource` in browsers. The source is an async iterable of events, or a
   * function that makes one and learns which event the client has seen last. It is paused while the client is slow, and
   * ended when the client leaves or the server is about to close.
   *
   * Throws `ZZZ_REPLY_BODY` and `ZZZ_OPTION_INVALID`. An event that cannot be sent breaks the stream off with
   * `ZZZ_EVENT_INVALID`.
   *
   * ```ts
   * get('/ticks', (ctx) => ctx.sse(async function* ({ signal }) {
   *   for await (const at of setInterval(1000, undefined, { signal })) yield { data: { at } }
   * }))
   * ```
   */
  sse(source: ServerEvents, options: EventStreamOptions = {}): Reply {
    return eventStream(this.request, this.app.drainSignal, source, options)
  }

  /**
   * A reply that carries a file, with its type, `ETag` and `Last-Modified`; conditions and ranges are answered (304, 412,
   * 206, 416), and a file that is not there is a 404 reply. A large file is read no faster than the client takes it.
   *
   * Any path with a part that comes from a client needs a `root`: it is relative to that folder then, and what would lead
   * out of it (`..`, absolute paths, backslashes, NUL, symbolic links) or to a hidden file is a 404 too. Without a root
   * the path has to be absolute, and is trusted.
   *
   * Throws `ZZZ_FILE_PATH` and `ZZZ_OPTION_INVALID`.
   *
   * ```ts
   * get('/reports/:name', (ctx) => ctx.sendFile(ctx.params.name, { root: '/var/reports', download: true }))
   * ```
   */
  async sendFile(path: string, options: SendFileOptions = {}): Promise<Reply> {
    try {
      return await sendFile(this.request, path, options)
    } catch (error) {
      if (statusOf(error) < 500) return this.error(error)
      throw error
    }
  }

  /** A reply without a body; 204 unless told. */
  empty(status = 204): Reply {
    return new Reply(status, null)
  }

  /**
   * A redirect, 302 unless told; 303 answers a form. `location` is a path or a URL; characters that may not stand in a
   * URL are percent-encoded. Throws `ZZZ_REDIRECT_INVALID` for a status outside 300 to 399.
   */
  redirect(location: string, status = 302): Reply {
    return redirectReply(location, status)
  }

  /** A 404 reply in the form the client asks for; error pages treat it like a path that no route matches. */
  notFound(message = `There is nothing at ${this.path}`): Reply {
    return this.error(new ZzzError('ZZZ_NOT_FOUND', message))
  }

  /** The reply that an error becomes: its status, in the form the client asks for, with details in development only. */
  error(error: unknown): Reply {
    // What is thrown once the client has gone is the consequence of that, and no fault of the handler.
    const reason = this.request.abortReason as { code?: unknown } | undefined
    const cause = reason?.code === 'ZZZ_CLIENT_DISCONNECTED' ? reason : error
    return errorReply(this.request, cause, {
      development: this.app.environment === 'development',
      preferJson: this.find(problemDetailsKey),
      nonce: () => this.find(cspNonceKey),
    })
  }
}

function settled<T>(value: T | LazyValue<T>): T {
  return value instanceof LazyValue ? value.value : value
}
