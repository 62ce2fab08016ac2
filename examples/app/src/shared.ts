import type { Context } from '@zzz/core'
import { csrfToken, flashKey, htmxScriptTag } from '@zzz/core/middleware'
import { todosLeft } from './todos.ts'
import type { Shared } from './views.gen.ts'

/** What the layout shows on every page, and what any template reads as `@shared`. */
export const shared = (ctx: Context): Shared => ({
  path: ctx.path,
  htmx: htmxScriptTag(ctx),
  flash: ctx.find(flashKey)?.get('info'),
  todosLeft: ctx.get(todosLeft),
  /** Begins a session, so it is made for the pages with a form only. */
  get csrf() {
    return csrfToken(ctx)
  },
})
