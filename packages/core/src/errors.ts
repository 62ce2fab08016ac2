/**
 * Every error code of `@zzz/core` with the HTTP status it answers with when it reaches a client.
 * A code is never reused for another meaning. `docs/errors.md` explains each one; a test keeps both equal.
 */
const catalogue = {
  ZZZ_HTTP: 500,
  ZZZ_NOT_FOUND: 404,
  ZZZ_METHOD_NOT_ALLOWED: 405,
  ZZZ_METHOD_UNKNOWN: 501,
  ZZZ_PATH_MALFORMED: 400,
  ZZZ_NO_REPLY: 500,
  ZZZ_NEXT_TWICE: 500,
  ZZZ_REPLY_REUSED: 500,
  ZZZ_REPLY_BODY: 500,
  ZZZ_REPLY_LENGTH: 500,
  ZZZ_EVENT_INVALID: 500,
  ZZZ_STATUS_INVALID: 500,
  ZZZ_HEADER_INVALID: 500,
  ZZZ_REDIRECT_INVALID: 500,
  ZZZ_JSON_UNSERIALISABLE: 500,
  ZZZ_FILE_PATH: 500,
  ZZZ_FILE_CHANGED: 500,
  ZZZ_UNAUTHENTICATED: 401,
  ZZZ_CREDENTIALS_MALFORMED: 400,
  ZZZ_KEYS_UNAVAILABLE: 503,
  ZZZ_PAGE_INVALID: 400,
  ZZZ_RATE_LIMITED: 429,
  ZZZ_ADDRESS_DENIED: 403,
  ZZZ_PRECONDITION_FAILED: 412,
  ZZZ_RANGE_UNSATISFIABLE: 416,
  ZZZ_ASSIGN_MISSING: 500,
  ZZZ_OPTION_INVALID: 500,
  ZZZ_SECRET_KEY: 500,
  ZZZ_COOKIE_INVALID: 500,
  ZZZ_COOKIE_TOO_LARGE: 500,
  ZZZ_SESSION_VALUE: 500,
  ZZZ_SESSION_CLOSED: 500,
  ZZZ_SESSION_TOO_LARGE: 500,
  ZZZ_SESSION_STORE: 503,
  ZZZ_CSRF_ORIGIN: 403,
  ZZZ_CSRF_TOKEN: 403,
  ZZZ_HTMX_URL: 500,
  ZZZ_HTMX_TOO_LARGE: 500,
  ZZZ_HTMX_ENCODED: 500,
  ZZZ_TEMPLATE_SYNTAX: 500,
  ZZZ_TEMPLATE_REFERENCE: 500,
  ZZZ_TEMPLATE_UNSAFE: 500,
  ZZZ_TEMPLATE_TYPE: 500,
  ZZZ_TEMPLATE_VALUE: 500,
  ZZZ_ROUTE_PATTERN: 500,
  ZZZ_ROUTE_CONFLICT: 500,
  ZZZ_ROUTE_UNKNOWN: 500,
  ZZZ_ROUTE_PARAM: 500,
  ZZZ_SERVICE_FAILED: 500,
  ZZZ_PEER_MISSING: 500,
  ZZZ_REDIS_UNAVAILABLE: 503,
  ZZZ_REDIS_FAILED: 500,
  ZZZ_APP_STATE: 500,
  ZZZ_LISTEN_FAILED: 500,
  ZZZ_WORKER_FAILED: 500,
  ZZZ_WORKER_ENDED: 500,
  ZZZ_BUS_CLOSED: 500,
  ZZZ_BUS_FULL: 503,
  ZZZ_BUS_BEHIND: 503,
  ZZZ_NOT_CLONABLE: 500,
  ZZZ_SHARED_UNKNOWN: 500,
  ZZZ_SHARED_TIMEOUT: 503,
  ZZZ_PROXY_HEADER: 400,
  ZZZ_TLS_FILE: 500,
  ZZZ_TLS_CERTIFICATE: 500,
  ZZZ_TLS_KEY: 500,
  ZZZ_TLS_EXPIRED: 500,
  ZZZ_TLS_SELF_SIGNED: 500,
  ZZZ_HANDLER_TIMEOUT: 503,
  ZZZ_WRITE_TIMEOUT: 500,
  ZZZ_OVERLOADED: 503,
  ZZZ_UPGRADE_UNSUPPORTED: 501,
  ZZZ_UPGRADE_REQUIRED: 426,
  ZZZ_CLIENT_DISCONNECTED: 400,
  ZZZ_BODY_TOO_LARGE: 413,
  ZZZ_BODY_TIMEOUT: 408,
  ZZZ_BODY_MALFORMED: 400,
  ZZZ_BODY_TOO_DEEP: 400,
  ZZZ_BODY_PROTOTYPE: 400,
  ZZZ_BODY_TYPE: 415,
  ZZZ_BODY_CONSUMED: 500,
  ZZZ_UPLOAD_REMOVED: 500,
  ZZZ_REQUEST_MALFORMED: 400,
  ZZZ_REQUEST_TIMEOUT: 408,
  ZZZ_TARGET_TOO_LONG: 414,
  ZZZ_HEADERS_TOO_LARGE: 431,
  ZZZ_TRANSFER_CODING: 501,
  ZZZ_VERSION_UNSUPPORTED: 505,
  ZZZ_EXPECTATION_FAILED: 417,
} as const

/** A stable error code; see `docs/errors.md`. */
export type ErrorCode = keyof typeof catalogue

/** All error codes with their HTTP status. */
export const errorCodes: Readonly<Record<ErrorCode, number>> = catalogue

/** Options of an error. */
export interface ZzzErrorOptions {
  /** The underlying error. Default: none. */
  cause?: unknown
  /** Another HTTP status than the code's own, 400 to 599. Default: that of the code. */
  status?: number | undefined
  /** Header fields that the reply must carry: `Allow`, `WWW-Authenticate`, `Retry-After` … Default: none. */
  headers?: Readonly<Record<string, string>> | undefined
}

/**
 * Every error that `@zzz/core` throws on purpose. `code` is stable, `status` is what an HTTP client sees when the
 * error reaches the pipeline, the message says what happened, where, and what to do.
 */
export class ZzzError extends Error {
  override readonly name: string = 'ZzzError'
  readonly code: ErrorCode
  readonly status: number
  declare readonly headers?: Readonly<Record<string, string>> | undefined

  constructor(code: ErrorCode, message: string, options: ZzzErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? catalogue[code]
    // Without any there is no such property: an error that ends a program is printed with all it has.
    if (options.headers !== undefined) this.headers = options.headers
    // With its code, an error in a log leads to the page that explains it.
    if (this.stack !== undefined) this.stack = this.stack.replace(/^[^:\n]*/, `${new.target.name} [${code}]`)
  }
}

/** Options of `HttpError`. */
export interface HttpErrorOptions {
  /** The underlying error. Default: none. */
  cause?: unknown
  /** Whether clients may read the message outside development. Default: status below 500. */
  expose?: boolean | undefined
  /** Header fields that the reply must carry. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined
  /**
   * What is wrong in detail, as a list or by name, for a failed validation for example. Clients read it where they may
   * read the message, as the member `errors` of problem details; it has to be JSON. Default: none.
   */
  errors?: readonly unknown[] | Readonly<Record<string, unknown>> | undefined
}

/**
 * An HTTP status to throw from a handler or middleware; the pipeline turns it into a reply.
 *
 * ```ts
 * throw new HttpError(409, 'This name is taken')
 * throw new HttpError(422, 'The user is not valid', { errors: { email: ['is taken'] } })
 * ```
 */
export class HttpError extends ZzzError {
  override readonly name: string = 'HttpError'
  readonly expose: boolean
  readonly errors: HttpErrorOptions['errors']

  constructor(status: number, message: string, options: HttpErrorOptions = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new ZzzError('ZZZ_STATUS_INVALID', `HttpError needs a status from 400 to 599, got ${status}`)
    }
    super('ZZZ_HTTP', message, { status, cause: options.cause, headers: options.headers })
    this.expose = options.expose ?? status < 500
    this.errors = options.errors
  }
}

/** The HTTP status that any thrown value stands for: its own `status` when that is 400 to 599, else 500. */
export function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null | undefined)?.status
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599
    ? status
    : 500
}
