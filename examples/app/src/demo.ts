import { type Context, type Reply, reasonPhrase } from '@zzz/core'
import { htmxKey } from '@zzz/core/middleware'
import { views } from './views.gen.ts'

const statuses = Array.from({ length: 500 }, (_, i) => ({ code: 100 + i, reason: reasonPhrase(100 + i) }))
const known = statuses.filter(({ reason }) => reason !== '')

/** The whole page, or, when htmx fills the list of results, only that. */
export function index(ctx: Context): Reply {
  const query = ctx.query.get('q')?.trim() ?? ''
  const found = search(query.toLowerCase())
  if (ctx.get(htmxKey).target === 'results')
    return ctx.renderFragment(views.htmx.results, { statuses: found })
  return ctx.render(views.htmx.index, { now: new Date(), query, statuses: found })
}

/** A page in its layout for everyone, and for htmx just the time. */
export const time = (ctx: Context): Reply => ctx.render(views.htmx.time, { now: new Date() })

function search(text: string) {
  return known.filter(({ code, reason }) => `${code} ${reason}`.toLowerCase().includes(text)).slice(0, 8)
}
