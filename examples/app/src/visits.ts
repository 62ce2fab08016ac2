import type { Context, Reply } from '@zzz/core'
import { sessionKey, sessionValue } from '@zzz/core/middleware'

const visits = sessionValue<number>('visits')

/** Counts the visits of one browser. */
export function count(ctx: Context): Reply {
  const session = ctx.get(sessionKey)
  const number = (session.get(visits) ?? 0) + 1
  session.set(visits, number)
  return ctx.json({ visits: number })
}

/** Forgets the browser, so that it counts from the beginning. */
export function reset(ctx: Context): Reply {
  ctx.get(sessionKey).destroy()
  return ctx.json({ visits: 0 })
}
