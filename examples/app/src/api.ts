import { assign, type Context, type Reply } from '@zzz/core'
import { cors, type JwtClaims, jwtAuth } from '@zzz/core/middleware'
import { env } from './env.ts'

const claims = assign<JwtClaims>('claims')

/** Asks for a token that was signed with JWT_SECRET. */
export const needsToken = jwtAuth({ secret: env.jwtSecret, as: claims })

/** Lets pages of https://example.com read the reply. */
export const openToExample = cors({ origins: ['https://example.com'] })

export const me = (ctx: Context): Reply => ctx.json({ sub: ctx.get(claims).sub ?? null })

export const open = (ctx: Context): Reply =>
  ctx.json({ message: 'Pages of https://example.com may read this.' })
