import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createApp } from '../app/app.ts'
import type { Reply } from '../http/reply.ts'
import { Request } from '../http/request.ts'
import { get } from '../router/route.ts'
import { type HttpsRedirectOptions, httpsRedirect } from './https-redirect.ts'

interface Asked {
  readonly method?: string
  readonly target?: string
  readonly host?: string
  readonly from?: string
  readonly proto?: string
  readonly encrypted?: boolean
}

async function ask(asked: Asked, options?: HttpsRedirectOptions): Promise<Reply> {
  const app = createApp({
    environment: 'test',
    trustedProxies: ['10.0.0.1'],
    use: [httpsRedirect(options)],
    routes: [get('/*rest', (ctx) => ctx.text('here'))],
  })
  const {
    method = 'GET',
    target = '/',
    host = 'a.test',
    from = '192.0.2.1',
    proto,
    encrypted = false,
  } = asked
  const headers = [
    ...(host === '' ? [] : ['host', host]),
    ...(proto === undefined ? [] : ['x-forwarded-proto', proto]),
  ]
  const peer = { remoteAddress: from, remotePort: 1, encrypted }
  return app.handle(new Request(method, target, '1.1', headers, null, peer))
}

async function location(asked: Asked, options?: HttpsRedirectOptions): Promise<string | undefined> {
  const { statusCode, headers } = await ask(asked, options)
  assert.equal(statusCode, 308)
  return headers.get('location')
}

it('keeps host, path and query', async () => {
  assert.equal(await location({ target: '/a%20b/c?d=e&f=%2F' }), 'https://a.test/a%20b/c?d=e&f=%2F')
  assert.equal(await location({ target: '//b.test/c' }), 'https://a.test//b.test/c')
  assert.equal(await location({ target: 'http://b.test/c?d' }), 'https://b.test/c?d')
  assert.equal(await location({ method: 'OPTIONS', target: '*' }), 'https://a.test/')
  assert.equal(await location({ method: 'POST', target: '/?' }), 'https://a.test/')
})

it('replaces the port', async () => {
  assert.equal(await location({ host: 'a.test:8080' }), 'https://a.test/')
  assert.equal(await location({ host: 'a.test:8080' }, { port: 8443 }), 'https://a.test:8443/')
  assert.equal(await location({ host: '[::1]:8080' }, { port: 8443 }), 'https://[::1]:8443/')
})

it('lets HTTPS through, and what a trusted proxy says came by it', async () => {
  assert.equal((await ask({ encrypted: true })).statusCode, 200)
  assert.equal((await ask({ from: '10.0.0.1', proto: 'https' })).statusCode, 200)
  assert.equal((await ask({ from: '10.0.0.1', proto: 'http', encrypted: true })).statusCode, 308)
  assert.equal((await ask({ proto: 'https' })).statusCode, 308)
})

it('redirects to hosts that are allowed only', async () => {
  const hosts = ['a.test', '[::1]']
  assert.equal(await location({ host: 'A.test:80' }, { hosts }), 'https://A.test/')
  assert.equal(await location({ host: '[::1]:80' }, { hosts }), 'https://[::1]/')
  assert.equal((await ask({ host: 'evil.test' }, { hosts })).statusCode, 421)
  assert.equal((await ask({ target: 'http://evil.test/' }, { hosts })).statusCode, 421)
})

it('redirects nowhere without a valid host', async () => {
  for (const host of ['', 'a/b', 'user@a', 'a b', 'a\\b', 'a?b', 'a#b']) {
    assert.equal((await ask({ host })).statusCode, 400, host)
  }
})

it('refuses options that cannot be', () => {
  for (const options of [
    { port: 0 },
    { port: 65536 },
    { hosts: [] },
    { hosts: ['a:80'] },
    { hosts: ['a/b'] },
    { host: 'a' },
  ]) {
    assert.throws(
      () => httpsRedirect(options as HttpsRedirectOptions),
      { code: 'ZZZ_OPTION_INVALID' },
      JSON.stringify(options),
    )
  }
})
