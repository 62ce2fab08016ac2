import type { Middleware } from '../context/middleware.ts'
import type { Reply } from '../http/reply.ts'
import { mapMaybe } from '../internal/maybe-promise.ts'
import { createFlash, flashKey } from '../session/flash.ts'
import { sessionKey } from '../session/session.ts'

/**
 * Flash messages, under `flashKey`: set before a redirect, they are there for the next page, and gone after it. Replies
 * from 300 to 308 hand them on, so they outlast a chain of redirects and a 304, and so do those that tell htmx to load a
 * page; any other reply ends them, whether or not it showed them. Requests for parts of a page (`Sec-Fetch-Dest`: an icon,
 * a script, a style …) leave them alone: a browser sends those when it likes, also between a form and the next page. Needs
 * `session` around it.
 *
 * ```ts
 * ctx.get(flashKey).set('info', 'Saved')
 * return ctx.redirect('/', 303)
 * // and on the next page:
 * ctx.get(flashKey).get('info')   // Saved
 * ```
 */
export function flash(): Middleware {
  return function flash(ctx, next) {
    const messages = createFlash(ctx.get(sessionKey))
    ctx.set(flashKey, messages)
    return mapMaybe(next(), (reply) => {
      messages.settle(leadsOn(reply) || isPart(ctx.header('sec-fetch-dest')))
      return reply
    })
  }
}

/** True for what a page loads by itself (Fetch Metadata, `Sec-Fetch-Dest`). Scripts say `empty`, and may show messages. */
function isPart(destination: string | undefined): boolean {
  return destination !== undefined && !shows.has(destination)
}

const shows: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'fencedframe', 'empty'])

/** True for a reply that is no page: another one follows. */
function leadsOn({ statusCode, headers }: Reply): boolean {
  if (statusCode >= 300 && statusCode <= 308) return true
  return ['hx-redirect', 'hx-location', 'hx-refresh'].some((name) => headers.has(name))
}
