import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createApp } from '../app/app.ts'
import { Reply } from '../http/reply.ts'
import { makeRequest } from '../http/request.suite.ts'
import { get } from '../router/route.ts'
import { type HstsOptions, hsts } from './hsts.ts'

async function header(url: string, options?: HstsOptions): Promise<string | null> {
  const app = createApp({
    use: [hsts(options)],
    routes: [
      get('/', (ctx) => ctx.text('hello')),
      get('/own', (ctx) => ctx.text('own').header('strict-transport-security', 'max-age=1')),
    ],
  })
  return (await app.fetch(new Request(url))).headers.get('strict-transport-security')
}

it('says so on every reply over HTTPS, on error pages too', async () => {
  assert.equal(await header('https://a/'), 'max-age=31536000')
  assert.equal(await header('https://a/none'), 'max-age=31536000')
  assert.equal(await header('https://a/own'), 'max-age=1')
})

it('answers at once where the handler does', () => {
  const app = createApp({ use: [hsts()], routes: [get('/', (ctx) => ctx.text('hello'))] })
  assert.ok(app.handle(makeRequest({ peer: { encrypted: true } })) instanceof Reply)
})

it('says nothing over HTTP', async () => {
  assert.equal(await header('http://a/'), null)
})

it('takes its options', async () => {
  assert.equal(await header('https://a/', { maxAge: 0 }), 'max-age=0')
  assert.equal(
    await header('https://a/', { maxAge: 63072000, includeSubDomains: true, preload: true }),
    'max-age=63072000; includeSubDomains; preload',
  )
})

it('refuses options that cannot be', () => {
  for (const options of [
    { maxAge: -1 },
    { maxAge: 1.5 },
    { preload: true },
    { includeSubDomains: true, preload: true, maxAge: 1 },
    { age: 1 },
  ]) {
    assert.throws(() => hsts(options as HstsOptions), { code: 'ZZZ_OPTION_INVALID' })
  }
})
