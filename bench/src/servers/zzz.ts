/** The whole framework: an application with three routes and a folder, on the back end that BACKEND names. */
import { createApp, get } from '@zzz/core'
import { staticFiles } from '@zzz/core/middleware'
import { selfSignedCertificate, serve } from '@zzz/core/server'
import { filesFolder } from '../files.ts'
import { overTls, port, ready } from './control.ts'

const app = createApp({
  routes: [
    get('/plaintext', (ctx) => ctx.text('Hello, World!')),
    get('/json', (ctx) => ctx.json({ message: 'Hello, World!' })),
    get('/users/:id', (ctx) => ctx.text(ctx.params.id)),
    get('/static/*path', { use: [staticFiles({ root: filesFolder })] }, (ctx) => ctx.notFound()),
  ],
})

const backend = process.env.BACKEND === 'node' ? 'node' : 'zzz'
const limits = { connections: Number.POSITIVE_INFINITY }
const tls = overTls ? selfSignedCertificate() : undefined
const server = await serve(app, { port, backend, limits, tls })
ready(server.address.port)
