import type { Context, Reply } from '@zzz/core'

/** What this takes is paid once in two seconds, however many ask. */
export const cached = (ctx: Context): Reply => ctx.json({ madeAt: new Date().toISOString() })
