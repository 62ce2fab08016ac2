import type { Middleware } from '../context/middleware.ts'
import { mapMaybe } from '../internal/maybe-promise.ts'
import { createFlash, flashKey } from '../session/flash.ts'
import { sessionKey } from '../session/session.ts'

/**
 * Flash messages, under `flashKey`: set before a redirect, they are there for the next page, and gone after it. Replies
 * from 300 to 308 hand them on, so they outlast a chain of redirects and a 304; any other reply ends them, whether or not
 * it showed them. Needs `session` around it.
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
      messages.settle(reply.statusCode >= 300 && reply.statusCode <= 308)
      return reply
    })
  }
}
