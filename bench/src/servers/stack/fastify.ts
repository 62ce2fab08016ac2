/** The typical JSON API in Fastify, with its own plugins, a schema of the reply, and no logger. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import fastify from 'fastify'
import { type Item, origin, secret } from '../../stack-request.ts'
import { port, ready } from '../control.ts'

const app = fastify({ logger: false, genReqId: () => randomUUID() })
app.addHook('onRequest', (request, reply, done) => {
  reply.header('x-request-id', request.id)
  done()
})
await app.register(helmet)
await app.register(cors, { origin: [origin] })
await app.register(jwt, { secret, verify: { algorithms: ['HS256'] } })

const schema = {
  response: {
    200: {
      type: 'object',
      properties: { owner: { type: 'string' }, name: { type: 'string' }, quantity: { type: 'integer' } },
    },
  },
}
app.post<{ Body: Item }>(
  '/items',
  { schema, onRequest: async (request) => void (await request.jwtVerify()) },
  (request, reply) => {
    const { name, quantity } = request.body
    return reply.send({ owner: (request.user as { sub: string }).sub, name, quantity })
  },
)

await app.listen({ port, host: '127.0.0.1' })
ready((app.server.address() as AddressInfo).port)
