import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { exportJWK, SignJWT } from 'jose'
import { createApp } from '../../../app/app.ts'
import { manualClock } from '../../../clock.suite.ts'
import { makeRequest } from '../../../http/request.suite.ts'
import { get } from '../../../router/route.ts'
import { jwtAuth } from '../jwt-auth.ts'

const [one, two] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }))
if (one === undefined || two === undefined) throw new Error('no keys')
const jwkOf = async (pair: typeof one, kid: string) => ({ ...(await exportJWK(pair.publicKey)), kid })
const tokenOf = (pair: typeof one, kid: string) =>
  new SignJWT({ sub: kid }).setProtectedHeader({ alg: 'ES256', kid }).sign(pair.privateKey)

/** A server of keys whose answer can be changed, and an application that asks it. */
async function setUp(t: TestContext) {
  const state = { asked: 0, answer: ((_, response) => response.end('{"keys":[]}')) as RequestListener }
  const server = createServer((request, response) => {
    state.asked++
    state.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const clock = manualClock(1e12)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  const app = createApp({
    environment: 'production',
    use: [jwtAuth({ jwks: url, clock })],
    routes: [get('/', (ctx) => ctx.text('in'))],
  })
  return {
    clock,
    state,
    serveKeys: (...keys: object[]) => {
      state.answer = (_, response) => response.end(JSON.stringify({ keys }))
    },
    ask: async (token: string) => {
      const reply = await app.handle(makeRequest({ headers: { authorization: `Bearer ${token}` } }))
      return reply.statusCode
    },
  }
}

describe('jwtAuth with the URL of a key set', () => {
  it('fetches once, for all that ask at once', async (t) => {
    const { state, serveKeys, ask } = await setUp(t)
    serveKeys(await jwkOf(one, 'a'))
    const token = await tokenOf(one, 'a')
    assert.deepEqual(await Promise.all([ask(token), ask(token), ask(token)]), [200, 200, 200])
    assert.equal(state.asked, 1)
  })

  it('looks for a key that is missing, at most every 30 seconds', async (t) => {
    const { clock, state, serveKeys, ask } = await setUp(t)
    serveKeys(await jwkOf(one, 'a'))
    assert.equal(await ask(await tokenOf(one, 'a')), 200)
    serveKeys(await jwkOf(one, 'a'), await jwkOf(two, 'b'))
    const token = await tokenOf(two, 'b')
    assert.equal(await ask(token), 401)
    assert.equal(state.asked, 1)
    clock.advance(30_000)
    assert.deepEqual(await Promise.all([ask(token), ask(token)]), [200, 200])
    assert.equal(state.asked, 2)
    assert.equal(await ask(await tokenOf(two, 'invented')), 401)
    assert.equal(state.asked, 2)
  })

  it('forgets keys that are gone, and tokens that it had seen', async (t) => {
    const { clock, state, serveKeys, ask } = await setUp(t)
    serveKeys(await jwkOf(one, 'a'))
    const token = await tokenOf(one, 'a')
    assert.deepEqual([await ask(token), await ask(token)], [200, 200])
    serveKeys(await jwkOf(two, 'b'))
    clock.advance(30_000)
    assert.equal(await ask(await tokenOf(two, 'b')), 200)
    assert.equal(await ask(token), 401)
    assert.equal(state.asked, 2)
  })

  it('renews in the background after ten minutes, and believes the old ones for an hour', async (t) => {
    const { clock, state, serveKeys, ask } = await setUp(t)
    serveKeys(await jwkOf(one, 'a'))
    const known = await tokenOf(one, 'a')
    const unseen = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'a' }).sign(one.privateKey)
    assert.equal(await ask(known), 200)
    const warned = Promise.withResolvers<Error>()
    process.once('warning', warned.resolve)
    state.answer = (_, response) => response.writeHead(500).end()
    clock.advance(600_000)
    assert.equal(await ask(unseen), 200)
    assert.match((await warned.promise).message, /jwtAuth: The keys at .* the server answered 500/)
    assert.equal(state.asked, 2)
    clock.advance(3_000_000)
    const later = await new SignJWT({ x: 1 })
      .setProtectedHeader({ alg: 'ES256', kid: 'a' })
      .sign(one.privateKey)
    assert.equal(await ask(later), 503)
    serveKeys(await jwkOf(one, 'a'))
    clock.advance(2000)
    assert.equal(await ask(later), 200)
  })

  it('is 503 while there are none, and asks again after two seconds', async (t) => {
    const { clock, state, serveKeys, ask } = await setUp(t)
    const token = await tokenOf(one, 'a')
    const answers: [string, RequestListener][] = [
      ['another status', (_, response) => response.writeHead(404).end('{"keys":[]}')],
      ['no JSON', (_, response) => response.end('<html>')],
      ['no key set', (_, response) => response.end('{"keys":7}')],
      ['a redirect', (_, response) => response.writeHead(302, { location: '/other' }).end()],
      ['too much', (_, response) => response.end(`{"keys":["${'x'.repeat(300_000)}"]}`)],
      ['nothing', (request) => request.socket.destroy()],
    ]
    for (const [index, [name, answer]] of answers.entries()) {
      state.answer = answer
      assert.equal(await ask(token), 503, name)
      assert.equal(await ask(token), 503, name)
      assert.equal(state.asked, index + 1, name)
      clock.advance(2000)
    }
    serveKeys(await jwkOf(one, 'a'))
    assert.equal(await ask(token), 200)
  })

  it('never takes a secret from a set', async (t) => {
    const { serveKeys, ask } = await setUp(t)
    const k = Buffer.alloc(32, 1)
    serveKeys({ kty: 'oct', k: k.toString('base64url'), kid: 'a', alg: 'HS256' })
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: 'a' }).sign(k)
    assert.equal(await ask(token), 401)
  })
})
