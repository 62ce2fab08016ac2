/** The whole framework: an application with three routes, on the back end that BACKEND names. */
import { createApp, get } from '@zzz/core'
import { serve } from '@zzz/core/server'
import { port, ready } from './control.ts'

const app = createApp({
  routes: [
    get('/plaintext', (ctx) => ctx.text('Hello, World!')),
    get('/json', (ctx) => ctx.json({ message: 'Hello, World!' })),
    get('/users/:id', (ctx) => ctx.text(ctx.params.id)),
  ],
})

const backend = process.env.BACKEND === 'node' ? 'node' : 'zzz'
const server = await serve(app, { port, backend, limits: { connections: Number.POSITIVE_INFINITY } })
ready(server.address.port)
