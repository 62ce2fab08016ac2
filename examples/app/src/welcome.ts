import type { Context, Reply } from '@zzz/core'
import { views } from './views.gen.ts'

/** The first page a newcomer sees: it says that the server works and what it answers. */
export function welcome(ctx: Context): Reply {
  const routes = ctx.app.routes.map(({ method, pattern, name }) => ({
    method,
    pattern,
    name,
    link: method === 'GET' ? pattern.replace(':id', '42') : undefined,
  }))
  return ctx.render(views.welcome, { routes })
}
