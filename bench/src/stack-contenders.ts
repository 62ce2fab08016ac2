import assert from 'node:assert/strict'
import manifest from '../package.json' with { type: 'json' }
import type { Contender } from './contenders.ts'
import { origin, reply, request } from './stack-request.ts'

const { fastify, hono, express } = manifest.dependencies

/** The frameworks that are compared with what a typical JSON API does; the first is compared with the others. */
export const stackContenders: readonly Contender[] = [
  { name: 'zzz', server: 'stack/zzz' },
  { name: 'zzz on node:http', server: 'stack/zzz', env: { BACKEND: 'node' } },
  { name: `Fastify ${fastify}`, server: 'stack/fastify' },
  { name: `Hono ${hono}`, server: 'stack/hono' },
  { name: `Express ${express}`, server: 'stack/express' },
]

/** Throws unless the server does the whole work, and refuses a token that was changed. */
export async function verifyStack(url: string): Promise<void> {
  const { path, headers, body } = request
  const response = await fetch(url + path, { method: 'POST', headers, body })
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), reply)
  assert.equal(response.headers.get('access-control-allow-origin'), origin)
  assert.match(response.headers.get('vary') ?? '', /Origin/i)
  assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'self'/)
  const forged = { ...headers, authorization: headers.authorization.replace(/.....$/, 'AAAAA') }
  const refused = await fetch(url + path, { method: 'POST', headers: forged, body })
  assert.equal(refused.status, 401)
}
