/** Fastify without its logger, and with a schema of the JSON reply, as its own benchmarks have it; @fastify/static. */
import type { AddressInfo } from 'node:net'
import fastifyStatic from '@fastify/static'
import fastify from 'fastify'
import { filesFolder } from '../files.ts'
import { port, ready } from './control.ts'

const app = fastify({ logger: false })
const schema = {
  response: { 200: { type: 'object', properties: { message: { type: 'string' } } } },
}

app.get('/plaintext', (_request, reply) => reply.type('text/plain; charset=utf-8').send('Hello, World!'))
app.get('/json', { schema }, (_request, reply) => reply.send({ message: 'Hello, World!' }))
app.get<{ Params: { id: string } }>('/users/:id', (request, reply) =>
  reply.type('text/plain; charset=utf-8').send(request.params.id),
)
await app.register(fastifyStatic, { root: filesFolder, prefix: '/static/' })

await app.listen({ port, host: '127.0.0.1' })
ready((app.server.address() as AddressInfo).port)
