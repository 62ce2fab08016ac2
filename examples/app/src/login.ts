import { assign, type Context, type Reply } from '@zzz/core'
import { basicAuth, staticCredentials } from '@zzz/core/middleware'
import { escapeHtml } from './escape-html.ts'
import { page } from './pages.ts'

const visitor = assign<string>('visitor')

/** Asks for user and password: demo and demo. */
export const needsPassword = basicAuth({
  realm: 'zzz example',
  verify: staticCredentials({ demo: 'demo' }),
  as: visitor,
})

export const show = (ctx: Context): Reply =>
  ctx.html(page('Welcome', `<h1>Welcome, ${escapeHtml(ctx.get(visitor))}</h1><p>The password was right.</p>`))
