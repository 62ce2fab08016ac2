/** The typical JSON API in Hono on @hono/node-server, with its own middleware. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { type JwtVariables, jwt } from 'hono/jwt'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { type Item, origin, secret } from '../../stack-request.ts'
import { port, ready } from '../control.ts'

const app = new Hono<{ Variables: JwtVariables<{ sub: string }> }>()
app.use(
  requestId(),
  secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"], objectSrc: ["'none'"] } }),
  cors({ origin: [origin] }),
  jwt({ secret, alg: 'HS256' }),
)
app.post('/items', async (c) => {
  const { name, quantity } = await c.req.json<Item>()
  return c.json({ owner: c.get('jwtPayload').sub, name, quantity })
})

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info) => ready(info.port))
