import type { Context } from '../../context/context.ts'
import { discardBody, Reply } from '../../http/reply.ts'
import { reportError } from '../../internal/report.ts'
import { toAscii } from './events.ts'
import type { HtmxFacts, HtmxVersion } from './htmx-request.ts'
import { destinationOf, ownUrl, webUrl } from './own-url.ts'

/** Options of `redirect`. */
export interface HtmxRedirectOptions {
  /** Let the URL be of another origin. Default false. */
  external?: boolean | undefined
}

/** Options of `location`; without any, the whole page is replaced. */
export interface HtmxLocationOptions {
  /** Selector of the element that the content goes into. Default: the page's body. */
  target?: string | undefined
  /** How it is swapped in: `innerHTML`, `outerHTML` … Default `innerHTML`. */
  swap?: string | undefined
  /** Selector of what of the content is taken. Default: all. */
  select?: string | undefined
  /** Parameters of the request. Default: none. */
  values?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** What the replies that lead to another page need to know. */
export interface Visit {
  readonly ctx: Context
  readonly facts: HtmxFacts
  readonly version: HtmxVersion
}

/** A reply after which the browser loads another page, whatever made the request. */
export function redirectReply(visit: Visit, url: string, options: HtmxRedirectOptions): Reply {
  const { ctx, facts } = visit
  const checked = options.external === true ? webUrl('redirect', url) : ownUrl(ctx, 'redirect', url)
  return facts.request ? loadPage(visit, new Reply(200, null), checked) : ctx.redirect(checked, 303)
}

/** A reply after which htmx fetches another page and puts it in, without loading everything anew. */
export function locationReply(visit: Visit, url: string, options: HtmxLocationOptions): Reply {
  const { ctx, facts, version } = visit
  const path = ownUrl(ctx, 'location', url)
  if (!facts.request) return ctx.redirect(path, 303)
  const { target, swap, select, values } = options
  // Into the body goes a whole page: with htmx 2 the request has to say so, with 4 it does.
  const headers = version === 2 && target === undefined ? { 'HX-Boosted': 'true' } : undefined
  const json = JSON.stringify({ path, target, swap, select, values, headers })
  return navigation(new Reply(200, null), 'hx-location', toAscii(json))
}

/** A reply after which the page that the visitor is on is loaded again. */
export function refreshReply({ ctx, facts }: Visit): Reply {
  if (facts.request) return navigation(new Reply(200, null), 'hx-refresh', 'true')
  const from = destinationOf(ctx, ctx.header('referer') ?? '/')
  return ctx.redirect(from?.own === true ? from.url : '/', 303)
}

/**
 * Makes a redirect one that takes the visitor along. The browser would follow it inside htmx's request, which never learns
 * of it: the other page would be swapped into some part of this one. A boosted request replaces the whole page anyway, and
 * is redirected by htmx only where the browser would refuse to follow, to another origin. 307 and 308 send the request
 * once more, which no page load can.
 */
export function translateRedirect(visit: Visit, reply: Reply, follow: boolean): Reply {
  const { ctx, facts } = visit
  const { statusCode, headers } = reply
  if (statusCode !== 301 && statusCode !== 302 && statusCode !== 303) return reply
  const location = headers.get('location')
  if (location === undefined || !facts.request) return reply
  const destination = destinationOf(ctx, location)
  if (destination === undefined || (destination.own && (follow || facts.boosted))) return reply
  discardBody(reply.body).catch((error: unknown) =>
    reportError(error, 'Closing the body of a redirect failed'),
  )
  for (const name of ['location', 'content-type', 'content-length', 'content-encoding']) headers.delete(name)
  reply.status(200).body = null
  return loadPage(visit, reply, destination.url)
}

function loadPage({ facts, version }: Visit, reply: Reply, url: string): Reply {
  if (!isSamePage(facts, url)) return navigation(reply, 'hx-redirect', url)
  // A URL that differs from the current one by its fragment at most scrolls, and loads nothing.
  if (version === 2) reply.header('hx-redirect', url)
  return navigation(reply, 'hx-refresh', 'true')
}

function isSamePage(facts: HtmxFacts, url: string): boolean {
  if (!url.includes('#')) return false
  const current = URL.parse(facts.currentUrl ?? '')
  const next = current && URL.parse(url, current)
  if (current === null || next === null) return false
  current.hash = next.hash = ''
  return current.href === next.href
}

/** What one visitor is told to do is nothing to keep. */
function navigation(reply: Reply, name: string, value: string): Reply {
  if (!reply.headers.has('cache-control')) reply.header('cache-control', 'no-store')
  return reply.header(name, value)
}
