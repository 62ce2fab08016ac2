import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import { cspNonceKey } from '../../context/keys.ts'
import type { Handler, Middleware } from '../../context/middleware.ts'
import { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import { type SecurityHeadersOptions, securityHeaders } from './security-headers.ts'

const text: Handler = (ctx) => ctx.text('hello')
const script: Handler = (ctx) => ctx.html(`<script nonce="${ctx.get(cspNonceKey)}"></script>`)

async function ask(options: SecurityHeadersOptions, handler: Handler = text, accept = '*/*') {
  const app = createApp({
    environment: 'production',
    use: [securityHeaders(options)],
    routes: [get('/', handler)],
  })
  const response = await app.fetch('/', { headers: { accept } })
  return { response, headers: Object.fromEntries(response.headers), body: await response.text() }
}

const policyOf = async (options: SecurityHeadersOptions, handler?: Handler) =>
  (await ask(options, handler)).headers['content-security-policy']

const defaults = {
  'content-security-policy':
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; img-src 'self' data:; " +
    "object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
}

describe('securityHeaders', () => {
  it('are careful unless told, on errors too', async () => {
    assert.deepEqual((await ask({})).headers, { ...defaults, 'content-type': 'text/plain; charset=utf-8' })
    const failing = await ask({}, () => {
      throw new Error('x')
    })
    assert.equal(failing.response.status, 500)
    assert.partialDeepStrictEqual(failing.headers, defaults)
  })

  it('can each be left out', async () => {
    const off: SecurityHeadersOptions = {
      csp: false,
      noSniff: false,
      referrerPolicy: false,
      frameOptions: false,
      crossOriginOpenerPolicy: false,
      crossOriginResourcePolicy: false,
      crossOriginEmbedderPolicy: false,
      originAgentCluster: false,
      permissionsPolicy: false,
    }
    assert.deepEqual((await ask(off)).headers, { 'content-type': 'text/plain; charset=utf-8' })
    assert.equal((await ask(off, (ctx) => ctx.text(String(ctx.find(cspNonceKey))))).body, 'undefined')
  })

  it('take other values', async () => {
    const { headers } = await ask({
      referrerPolicy: 'same-origin',
      frameOptions: 'DENY',
      crossOriginOpenerPolicy: 'same-origin-allow-popups',
      crossOriginResourcePolicy: 'cross-origin',
      crossOriginEmbedderPolicy: 'require-corp',
      permissionsPolicy: { camera: ['self', 'https://a.test'], fullscreen: ['*'], geolocation: [] },
    })
    assert.partialDeepStrictEqual(headers, {
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'cross-origin-resource-policy': 'cross-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'permissions-policy': 'camera=(self "https://a.test"), geolocation=(), microphone=(), fullscreen=*',
    })
  })

  it('leave alone what the reply has', async () => {
    const { headers } = await ask({}, (ctx) =>
      ctx.text('').header('X-Frame-Options', 'DENY').header('content-security-policy', 'sandbox'),
    )
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.equal(headers['content-security-policy'], 'sandbox')
  })

  it('refuse what cannot be, at start', () => {
    for (const [options, message] of [
      [{ csp: { 'script-source': [] } }, /no directive "script-source"/],
      [{ csp: { 'script-src': 'self' } }, /script-src has to be a list/],
      [{ csp: { 'script-src': ['self'] } }, /self in script-src would be a host; .* "'self'"/],
      [{ csp: { 'script-src': ["'self' https:"] } }, /is no single source/],
      [{ csp: { 'img-src': ['data:;'] } }, /is no single source/],
      [{ csp: { 'img-src': ['a\r\nb'] } }, /is no single source/],
      [{ csp: { 'img-src': ["'nonce'"] } }, /a nonce means nothing in img-src/],
      [{ csp: { 'upgrade-insecure-requests': [] } }, /has to be true or false/],
      [{ csp: { __proto__: null, constructor: [] } }, /no directive "constructor"/],
      [{ csp: true }, /option "csp"/],
      [{ frameOptions: 'ALLOW-FROM x' }, /option "frameOptions" has to be "DENY", "SAMEORIGIN" or false/],
      [{ permissionsPolicy: { 'a b': [] } }, /is no feature's name/],
      [{ permissionsPolicy: { camera: 'self' } }, /camera has to be a list/],
      [{ permissionsPolicy: { camera: ['a.test'] } }, /is not self, an origin/],
      [{ hsts: true }, /no option "hsts"/],
    ] as unknown as [SecurityHeadersOptions, RegExp][]) {
      assert.throws(() => securityHeaders(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
  })
})

describe('the policy', () => {
  it('is the defaults with what is given', async () => {
    assert.equal(
      await policyOf({
        csp: {
          'default-src': undefined,
          'img-src': false,
          'frame-ancestors': ["'none'"],
          'connect-src': ["'self'", 'wss://live.test'],
          sandbox: [],
          'upgrade-insecure-requests': true,
        },
      }),
      "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; " +
        "script-src 'self'; script-src-attr 'none'; style-src 'self'; connect-src 'self' wss://live.test; " +
        'sandbox; upgrade-insecure-requests',
    )
  })

  it('may be reported only', async () => {
    const { headers } = await ask(
      { csp: false, cspReportOnly: { 'script-src': ["'nonce'"], 'report-uri': ['/csp'] } },
      script,
    )
    assert.equal(headers['content-security-policy'], undefined)
    assert.match(
      headers['content-security-policy-report-only'] as string,
      /^script-src 'nonce-[\w+/]{22}=='; report-uri \/csp$/,
    )
  })
})

describe('the nonce', () => {
  const nonceIn = (policy = '') => /'nonce-([^']*)'/.exec(policy)?.[1]

  it('stands in the header when it was read, another one each time', async () => {
    const seen = new Set<string>()
    for (let i = 0; i < 300; i++) {
      const { headers, body } = await ask({}, script)
      const nonce = nonceIn(headers['content-security-policy']) as string
      assert.equal(body, `<script nonce="${nonce}"></script>`)
      assert.equal(Buffer.from(nonce, 'base64').length, 16)
      seen.add(nonce)
    }
    assert.equal(seen.size, 300)
  })

  it('is in all its places, and not where nobody read it', async () => {
    const csp = {
      'style-src': false,
      'script-src': ["'nonce'"],
      'script-src-elem': ["'nonce'", 'a.test'],
    } as const
    const used = (await policyOf({ csp }, script)) as string
    const nonce = nonceIn(used)
    assert.ok(
      used.endsWith(
        `script-src 'nonce-${nonce}'; script-src-attr 'none'; script-src-elem 'nonce-${nonce}' a.test`,
      ),
    )
    assert.ok(
      (await policyOf({ csp }))?.endsWith(
        "script-src 'none'; script-src-attr 'none'; script-src-elem a.test",
      ),
    )
  })

  it('is ready for a page that reads it while it is sent', async () => {
    const { headers, body } = await ask({}, (ctx) =>
      ctx.stream(
        (async function* () {
          yield '<script nonce="'
          yield ctx.get(cspNonceKey)
        })(),
        { type: 'text/html' },
      ),
    )
    assert.equal(body, `<script nonce="${nonceIn(headers['content-security-policy'])}`)
    const download = await ask({}, (ctx) => ctx.stream((async function* () {})()))
    assert.equal(nonceIn(download.headers['content-security-policy']), undefined)
  })

  it('lets the built-in error page have its style', async () => {
    const { headers, body } = await ask({}, (ctx) => ctx.notFound(), 'text/html')
    assert.ok(body.includes(`<style nonce="${nonceIn(headers['content-security-policy'])}">`))
    const without = await ask(
      { csp: { 'script-src': [], 'style-src': [] } },
      (ctx) => ctx.notFound(),
      'text/html',
    )
    assert.ok(without.body.includes('<style>'))
  })
})

describe('securityHeaders inside securityHeaders', () => {
  const inner = securityHeaders({ frameOptions: false, csp: { 'frame-ancestors': ['https://partner.test'] } })
  const headersOf = async (use: Middleware[], handler: Handler = text) => {
    const app = createApp({
      environment: 'production',
      use: [securityHeaders()],
      routes: [get('/', { use }, handler)],
    })
    return (await app.fetch('/')).headers
  }

  it('decides alone', async () => {
    const headers = await headersOf([inner], script)
    assert.equal(headers.get('x-frame-options'), null)
    assert.match(headers.get('content-security-policy') as string, /frame-ancestors https:\/\/partner\.test;/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal((await headersOf([securityHeaders({ csp: false })])).get('content-security-policy'), null)
  })

  it('leaves replies that do not come from inside to the outer one', async () => {
    const failing: Middleware = async (_ctx, next) => {
      await next()
      throw new Error('x')
    }
    const headers = await headersOf([failing, inner])
    assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN')
    assert.match(headers.get('content-security-policy') as string, /frame-ancestors 'self'/)
  })
})

it('securityHeaders stays synchronous where nothing is asynchronous', () => {
  const app = createApp({ use: [securityHeaders()], routes: [get('/', text)] })
  assert.ok(app.handle(makeRequest()) instanceof Reply)
})
