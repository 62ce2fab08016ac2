import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { ExampleProcess, productionEnv } from '../example-process.ts'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(claims: object, secret = 'zzz-demo-secret', header: object = { alg: 'HS256' }): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

for (const backend of ['zzz', 'node']) {
  describe(`who may do what in the example application on ${backend}`, () => {
    let example: ExampleProcess
    before(async () => {
      example = await ExampleProcess.start({ BACKEND: backend })
    })
    after(() => example[Symbol.asyncDispose]())

    const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(example.url + path, { method, headers })

    it('GET /login asks for user and password', async () => {
      const asked = await ask('/login')
      assert.equal(asked.status, 401)
      assert.equal(asked.headers.get('www-authenticate'), 'Basic realm="zzz example", charset="UTF-8"')
      const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
      assert.equal((await ask('/login', basic('demo:wrong'))).status, 401)
      const right = await ask('/login', basic('demo:demo'))
      assert.equal(right.status, 200)
      assert.match(await right.text(), /<h1>Welcome, demo<\/h1>/)
    })

    it('GET /api/me says whose token it is', async () => {
      const me = (credentials: string) => ask('/api/me', { authorization: `Bearer ${credentials}` })
      const exp = Math.floor(Date.now() / 1000) + 60
      const right = await me(token({ sub: 'ada', exp }))
      assert.deepEqual([right.status, await right.json()], [200, { sub: 'ada' }])
      for (const wrong of [
        token({ sub: 'ada', exp: exp - 120 }),
        token({ sub: 'ada' }, 'another secret'),
        token({ sub: 'ada' }, 'zzz-demo-secret', { alg: 'none' }),
      ]) {
        const refused = await me(wrong)
        assert.equal(refused.status, 401)
        assert.match(refused.headers.get('www-authenticate') as string, /^Bearer error="invalid_token"/)
      }
      assert.equal((await ask('/api/me')).headers.get('www-authenticate'), 'Bearer')
    })

    it('GET /api/open may be read by pages of https://example.com', async () => {
      const allowed = async (origin: string, method = 'GET', headers = {}) =>
        (await ask('/api/open', { origin, ...headers }, method)).headers.get('access-control-allow-origin')
      const preflight = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-y' }
      assert.equal(await allowed('https://example.com'), 'https://example.com')
      assert.equal(await allowed('https://example.com', 'OPTIONS', preflight), 'https://example.com')
      assert.equal(await allowed('https://evil.test'), null)
      assert.equal(await allowed('https://evil.test', 'OPTIONS', preflight), null)
      assert.equal((await ask('/api/open')).headers.get('vary'), 'Origin')
    })

    it('GET /limited answers five times a minute', async () => {
      const statuses: number[] = []
      for (let i = 0; i < 6; i++) statuses.push((await ask('/limited')).status)
      assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429])
      const refused = await ask('/limited')
      assert.match(refused.headers.get('retry-after') as string, /^1[12]$/)
      assert.equal(refused.headers.get('ratelimit-policy'), '"default";q=5;w=60')
    })

    it('sends security headers with everything', async () => {
      for (const path of ['/', '/json', '/static/style.css', '/missing']) {
        const { headers } = await ask(path)
        assert.match(headers.get('content-security-policy') as string, /^default-src 'self'; /, path)
        assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
      }
    })
  })
}

it('the example application takes its tokens by JWT_SECRET in production', async () => {
  await using example = await ExampleProcess.start(productionEnv)
  const status = async (secret: string) =>
    (await fetch(`${example.url}/api/me`, { headers: { authorization: `Bearer ${token({}, secret)}` } }))
      .status
  assert.deepEqual([await status(productionEnv.JWT_SECRET), await status('zzz-demo-secret')], [200, 401])
})

it('workers of the example application share a rate limit', async () => {
  await using example = await ExampleProcess.start({ WORKERS: '2' })
  // Each on a connection of its own, so that both workers answer.
  const ask = () => fetch(`${example.url}/limited`, { headers: { connection: 'close' } })
  const replies = await Promise.all(Array.from({ length: 20 }, ask))
  assert.equal(replies.filter(({ status }) => status === 200).length, 5)
  assert.equal(replies.filter(({ status }) => status === 429).length, 15)
})
