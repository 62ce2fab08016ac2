import type { Context } from '../../context/context.ts'
import { errorForm } from '../../context/error-reply.ts'
import { problemDetailsKey } from '../../context/keys.ts'
import type { HandlerResult, Middleware } from '../../context/middleware.ts'
import { ZzzError } from '../../errors.ts'
import type { Reply } from '../../http/reply.ts'
import { fromWebResponse } from '../../http/web.ts'
import { mapMaybe } from '../../internal/maybe-promise.ts'
import { flagRule, isObject } from '../../internal/option-rules.ts'
import { checkOptions, describe, type OptionRules } from '../../internal/options.ts'
import { reportError } from '../../internal/report.ts'
import { developmentPage } from './development-page.ts'

/** Makes the page of an error; `reply` is what would go out without it. */
export type ErrorPage = (ctx: Context, reply: Reply) => HandlerResult

/** Options of `errorPages`. */
export interface ErrorPagesOptions {
  /** Pages by status (`404`), by class (`4xx`, `5xx`), or for everything (`default`); the most exact one is taken. */
  pages?: Readonly<Record<string, ErrorPage>> | undefined
  /**
   * In the environment `development`, show the source, stack and causes of an error from 500 on instead, by the package
   * `youch` where it is installed. Default true.
   */
  developmentPage?: boolean | undefined
}

const optionRules: OptionRules<ErrorPagesOptions> = {
  pages: ['an object of functions by status', isPages],
  developmentPage: flagRule,
}

/**
 * Replaces error replies by the application's own pages, for clients that want HTML; others keep their JSON or text.
 * Only replies that an error became are replaced (`reply.error`), 404 and 405 among them; status, headers and the error
 * for the log are kept. Where no page fits, or the page itself fails, the built-in one goes out; a failure becomes a
 * process warning. In development, errors from 500 on show their
 * source and stack. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * errorPages({ pages: { 404: (ctx) => ctx.html('<h1>Not here</h1>'), '5xx': (ctx) => ctx.html('<h1>Sorry</h1>') } })
 * ```
 */
export function errorPages(options: ErrorPagesOptions = {}): Middleware {
  checkOptions('errorPages', options, optionRules)
  const { pages = {}, developmentPage: forDevelopers = true } = options
  return function errorPages(ctx, next) {
    return mapMaybe(next(), (reply) => {
      if (reply.error === undefined || !wantsHtml(ctx)) return reply
      const developing = forDevelopers && ctx.app.environment === 'development' && reply.statusCode >= 500
      return replace(ctx, reply, developing ? developmentPage : pageFor(pages, reply.statusCode))
    })
  }
}

function wantsHtml(ctx: Context): boolean {
  return errorForm(ctx.request, ctx.find(problemDetailsKey) === true) === 'html'
}

async function replace(
  ctx: Context,
  reply: Reply,
  make: ErrorPage | typeof developmentPage | undefined,
): Promise<Reply> {
  try {
    const page = await make?.(ctx, reply)
    return page === undefined ? reply : dress(page, reply)
  } catch (fault) {
    reportError(fault, `The error page of ${reply.statusCode} was not made`)
    return reply
  }
}

function pageFor(pages: Readonly<Record<string, ErrorPage>>, status: number): ErrorPage | undefined {
  return pages[status] ?? pages[`${Math.floor(status / 100)}xx`] ?? pages.default
}

/** The page as the answer to the error: with its status, its headers and the error itself. */
function dress(result: Reply | Response, original: Reply): Reply {
  const page = result instanceof Response ? fromWebResponse(result) : result
  page.statusCode = original.statusCode
  page.error = original.error
  const own = new Set([...page.headers].map(([name]) => name))
  for (const [name, value] of original.headers) {
    if (!own.has(name)) page.append(name, value)
  }
  return page
}

function isPages(value: unknown): boolean {
  if (!isObject(value)) return false
  for (const [status, page] of Object.entries(value)) {
    if (!/^(?:[45]\d\d|[45]xx|default)$/.test(status)) {
      throw new ZzzError(
        'ZZZ_OPTION_INVALID',
        `errorPages: ${JSON.stringify(status)} is no status, 4xx, 5xx or default`,
      )
    }
    if (typeof page !== 'function') {
      throw new ZzzError(
        'ZZZ_OPTION_INVALID',
        `errorPages: the page of ${status} is ${describe(page)}, not a function`,
      )
    }
  }
  return true
}
