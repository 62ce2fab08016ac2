import { inspect } from 'node:util'
import { statusOf } from '../errors.ts'
import { accepts } from '../http/accepts.ts'
import { type Reply, typedReply } from '../http/reply.ts'
import type { Request } from '../http/request.ts'
import { reasonPhrase } from '../http/status.ts'
import { addVary } from '../http/vary.ts'
import { escapeHtml } from '../internal/escape-html.ts'

/** What a client is told about an error; the names are those of RFC 9457 section 3.1, and ours for the extensions. */
interface Problem {
  readonly status: number
  readonly title: string
  readonly code: string | undefined
  /** The message, where the client may read it. */
  readonly detail: string | undefined
  /** What the error lists in its `errors`, of a failed validation for example, where the client may read it. */
  readonly errors: unknown
  /** Stack and causes, in development only. */
  readonly trace: string | undefined
}

/** How an error is shown. */
export interface ErrorReplyOptions {
  /** Show everything. */
  readonly development: boolean
  /** Prefer problem details, as `problemDetails` says. Default false. */
  readonly preferJson?: boolean | undefined
  /** Gives the nonce that a Content-Security-Policy allows, where there is one. */
  readonly nonce?: (() => string | undefined) | undefined
}

/**
 * The form of an error for a client: the one it asks for, text where it asks for none. With `preferJson`, problem details
 * for every client that takes them at all.
 */
export function errorForm(request: Request, preferJson: boolean): 'text' | 'html' | 'json' {
  if (preferJson && accepts(request, json) !== undefined) return 'json'
  const type = accepts(request, ['text/plain', 'text/html', ...json])
  return type === 'text/html' ? 'html' : type === undefined || type === 'text/plain' ? 'text' : 'json'
}

const json = ['application/json', 'application/problem+json'] as const

/**
 * The reply that an error becomes, in the form the client asks for: HTML, JSON (problem details, RFC 9457) or text.
 * The reply keeps the error for loggers; the client reads the message only of errors meant for it (status below 500,
 * or `expose`), and everything in development. Never throws.
 */
export function errorReply(request: Request, error: unknown, options: ErrorReplyOptions): Reply {
  try {
    return toReply(request, error, options)
  } catch (fault) {
    // Its headers cannot be sent, or reading it throws. The pipeline relies on getting a reply in any case.
    const reply = typedReply(500, '500 Internal Server Error\n', 'text/plain; charset=utf-8')
    reply.error = new AggregateError([error, fault], `An error could not be made a reply: ${fault}`)
    return reply
  }
}

/**
 * Headers that no error decides. The body is ours, and so is what describes it; errors of HTTP clients carry the headers of
 * the reply that they got, and its cookies are nobody else's.
 */
const foreign = /^(?:content-(?:encoding|length|type)|transfer-encoding|etag|last-modified|set-cookie)$/i

function toReply(request: Request, error: unknown, options: ErrorReplyOptions): Reply {
  const { development, preferJson = false, nonce } = options
  const problem = toProblem(error, development)
  const reply = renderProblem(problem, errorForm(request, preferJson), nonce)
  reply.error = error
  const { headers } = (error ?? {}) as { headers?: Readonly<Record<string, string>> }
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value === 'string' && !foreign.test(name)) reply.header(name, value)
  }
  // Caches keep a 404 without being told to, and the next client may want another form.
  return addVary(reply, 'Accept')
}

function toProblem(error: unknown, development: boolean): Problem {
  const status = statusOf(error)
  const { code, message, expose, errors } = (error ?? {}) as Readonly<Record<string, unknown>>
  const exposed = development || (typeof expose === 'boolean' ? expose : status < 500)
  return {
    status,
    title: reasonPhrase(status) || 'Error',
    code: exposed && typeof code === 'string' ? code : undefined,
    detail: exposed && typeof message === 'string' ? message : undefined,
    errors: exposed ? plainErrors(errors) : undefined,
    trace: development && status >= 500 ? inspect(error) : undefined,
  }
}

/** The list or record of errors that a client can read; not the error objects of an `AggregateError`. */
function plainErrors(errors: unknown): unknown {
  if (typeof errors !== 'object' || errors === null) return undefined
  if (Object.values(errors).some((one) => one instanceof Error)) return undefined
  try {
    return JSON.parse(JSON.stringify(errors))
  } catch {
    // Whatever it holds, the client still gets the status and the message.
    return undefined
  }
}

function renderProblem(
  problem: Problem,
  form: 'text' | 'html' | 'json',
  nonce: ErrorReplyOptions['nonce'],
): Reply {
  const { status } = problem
  switch (form) {
    case 'html':
      return typedReply(status, problemHtml(problem, nonce?.()), 'text/html; charset=utf-8')
    case 'json':
      return typedReply(
        status,
        JSON.stringify({ type: 'about:blank', ...problem }),
        'application/problem+json',
      )
    default:
      return typedReply(status, problemText(problem), 'text/plain; charset=utf-8')
  }
}

/** What an error lists, a line each: those of a list as they are, others with their names. */
function errorLines({ errors }: Problem): string[] {
  return Object.entries(errors ?? {}).map(([name, one]) => {
    const text = typeof one === 'string' ? one : JSON.stringify(one)
    return Array.isArray(errors) ? text : `${name}: ${text}`
  })
}

function problemText(problem: Problem): string {
  const { status, title, detail, trace } = problem
  const lines = [`${status} ${title}`, detail, ...errorLines(problem).map((line) => `- ${line}`), trace]
  return lines.filter((line) => line !== undefined).join('\n') + '\n'
}

function problemHtml(problem: Problem, nonce: string | undefined): string {
  const { status, title, detail, trace } = problem
  const allowed = nonce === undefined ? '' : ` nonce="${nonce}"`
  const paragraph = detail === undefined ? '' : `<p>${escapeHtml(detail)}</p>`
  const items = errorLines(problem).map((line) => `<li>${escapeHtml(line)}</li>`)
  const list = items.length === 0 ? '' : `<ul>${items.join('')}</ul>`
  const stack = trace === undefined ? '' : `<pre>${escapeHtml(trace)}</pre>`
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${status} ${title}</title><style${allowed}>body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:4rem auto;` +
    `padding:0 1rem;color:#222}p{white-space:pre-wrap}pre{overflow:auto;background:#f4f4f5;padding:1rem;font-size:13px}</style></head>` +
    `<body><h1>${status} ${title}</h1>${paragraph}${list}${stack}</body></html>`
  )
}
