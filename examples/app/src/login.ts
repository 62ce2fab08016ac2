import { assign, type Context, type Reply } from '@zzz/core'
import { basicAuth, staticCredentials } from '@zzz/core/middleware'
import { views } from './views.gen.ts'

const visitor = assign<string>('visitor')

/** Asks for user and password: demo and demo. */
export const needsPassword = basicAuth({
  realm: 'zzz example',
  verify: staticCredentials({ demo: 'demo' }),
  as: visitor,
})

export const show = (ctx: Context): Reply => ctx.render(views.login, { visitor: ctx.get(visitor) })
