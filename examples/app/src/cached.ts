import type { Context, Reply } from '@zzz/core'
import { cacheControl, etag, responseCache } from '@zzz/core/middleware'

/** What the handler takes is paid once in two seconds, however many ask; for as long, those who asked keep the reply. */
export const forTwoSeconds = [
  cacheControl({ public: true, maxAge: 2 }),
  responseCache({ maxAge: 2, credentials: true }),
  etag(),
]

export const show = (ctx: Context): Reply => ctx.json({ madeAt: new Date().toISOString() })
