/** Encrypted sessions of the framework: a route that reads one, and a route that reads and writes one. */
import { createApp, get } from '@zzz/core'
import { session, sessionKey, sessionValue } from '@zzz/core/middleware'
import { serve } from '@zzz/core/server'
import { port, ready } from './control.ts'

const visits = sessionValue<number>('visits')
const name = sessionValue<string>('name')

const app = createApp({
  secretKeyBase: 'a secret for the benchmark, at least 32 bytes',
  routes: [
    get('/read', { use: [session()] }, (ctx) => ctx.json({ visits: ctx.get(sessionKey).get(visits) ?? 0 })),
    get('/write', { use: [session()] }, (ctx) => {
      const current = ctx.get(sessionKey)
      const count = (current.get(visits) ?? 0) + 1
      current.set(visits, count)
      current.set(name, 'Ada Lovelace')
      return ctx.json({ visits: count })
    }),
  ],
})

const backend = process.env.BACKEND === 'node' ? 'node' : 'zzz'
const server = await serve(app, { port, backend })
ready(server.address.port)
