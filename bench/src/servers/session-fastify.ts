/** The same with Fastify and @fastify/secure-session: XSalsa20-Poly1305 by libsodium, in native code. */
import type { AddressInfo } from 'node:net'
import secureSession from '@fastify/secure-session'
import fastify from 'fastify'
import { port, ready } from './control.ts'

declare module '@fastify/secure-session' {
  interface SessionData {
    visits: number
    name: string
  }
}

const app = fastify({ logger: false })
const schema = { response: { 200: { type: 'object', properties: { visits: { type: 'number' } } } } }
const cookie = { path: '/', httpOnly: true, sameSite: 'lax', maxAge: 1_209_600 } as const
await app.register(secureSession, { key: Buffer.alloc(32, 'benchmark'), expiry: 1_209_600, cookie })

app.get('/read', { schema }, (request, reply) => reply.send({ visits: request.session.get('visits') ?? 0 }))
app.get('/write', { schema }, (request, reply) => {
  const count = (request.session.get('visits') ?? 0) + 1
  request.session.set('visits', count)
  request.session.set('name', 'Ada Lovelace')
  return reply.send({ visits: count })
})

await app.listen({ port, host: '127.0.0.1' })
ready((app.server.address() as AddressInfo).port)
