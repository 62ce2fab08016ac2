import type { Context, Reply } from '@zzz/core'
import { rateLimit } from '@zzz/core/middleware'

/** Five requests a minute for each address. */
export const fiveAMinute = rateLimit({ limit: 5, window: 60_000 })

export const show = (ctx: Context): Reply => ctx.text('You may ask five times a minute.\n')
