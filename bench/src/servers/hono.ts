/** Hono on @hono/node-server. */
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { filesFolder } from '../files.ts'
import { port, ready } from './control.ts'

const app = new Hono()
app.get('/plaintext', (c) => c.text('Hello, World!'))
app.get('/json', (c) => c.json({ message: 'Hello, World!' }))
app.get('/users/:id', (c) => c.text(c.req.param('id')))
app.get(
  '/static/*',
  serveStatic({ root: filesFolder, rewriteRequestPath: (path) => path.slice('/static'.length) }),
)

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info) => ready(info.port))
