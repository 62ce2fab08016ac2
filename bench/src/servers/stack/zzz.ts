/** A typical JSON API: request id, security headers, CORS, bearer JWT, JSON body. */
import { assign, createApp, post } from '@zzz/core'
import { cors, type JwtClaims, jwtAuth, requestId, securityHeaders } from '@zzz/core/middleware'
import { serve } from '@zzz/core/server'
import { type Item, origin, secret } from '../../stack-request.ts'
import { port, ready } from '../control.ts'

const claims = assign<JwtClaims>('claims')

const app = createApp({
  use: [requestId(), securityHeaders(), cors({ origins: [origin] }), jwtAuth({ secret, as: claims })],
  routes: [
    post('/items', async (ctx) => {
      const { name, quantity } = (await ctx.request.json()) as Item
      return ctx.json({ owner: ctx.get(claims).sub, name, quantity })
    }),
  ],
})

const backend = process.env.BACKEND === 'node' ? 'node' : 'zzz'
const server = await serve(app, { port, backend })
ready(server.address.port)
