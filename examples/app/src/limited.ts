import type { Context, Reply } from '@zzz/core'
import { ipAccess, rateLimit } from '@zzz/core/middleware'

/** Addresses that have been a nuisance may not ask at all. These are of documentation: nobody has them (RFC 5737). */
export const notBanned = ipAccess({ deny: ['192.0.2.0/24'] })

/** Five requests a minute for each address. */
export const fiveAMinute = rateLimit({ limit: 5, window: 60_000 })

export const show = (ctx: Context): Reply => ctx.text('You may ask five times a minute.\n')
