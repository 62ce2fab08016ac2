import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type App, createApp } from '../../app/app.ts'
import { any, get, post } from '../../router/route.ts'
import { testKey } from '../../secrets/secrets.suite.ts'
import { sessionKey } from '../../session/session.ts'
import { session } from '../session/session.ts'
import { type CsrfOptions, csrf } from './csrf.ts'
import { csrfToken } from './csrf-token.ts'

function makeApp(options: CsrfOptions = {}): App {
  return createApp({
    environment: 'production',
    secretKeyBase: testKey,
    use: [session(), csrf(options)],
    routes: [
      get('/token', (ctx) => ctx.json([csrfToken(ctx), csrfToken(ctx)])),
      get('/regenerate', (ctx) => {
        ctx.get(sessionKey).regenerate()
        return ctx.text(csrfToken(ctx))
      }),
      get('/login', (ctx) => {
        ctx.get(sessionKey).regenerate()
        return ctx.text('')
      }),
      post('/form', async (ctx) => ctx.text((await ctx.formValue('name')) ?? '-')),
      any('/any', (ctx) => ctx.text(ctx.method)),
    ],
  }) as App
}

const send = (app: App, headers: Record<string, string>, url = 'http://localhost/any', method = 'POST') =>
  app.fetch(url, { method, headers })

async function codeOf(response: Promise<Response>): Promise<string> {
  const { status } = await response
  if (status === 200) return 'passed'
  const { code } = (await (await response).json()) as { code: string }
  assert.equal(status, 403)
  return code
}

const json = { accept: 'application/json' }

describe('csrf: where a request comes from', () => {
  const app = makeApp({ trustedOrigins: ['https://admin.example.org'] })
  const code = (headers: Record<string, string>, url?: string) =>
    codeOf(send(app, { ...json, ...headers }, url))

  it('believes Sec-Fetch-Site', async () => {
    for (const site of ['same-origin', 'none']) assert.equal(await code({ 'sec-fetch-site': site }), 'passed')
    for (const site of ['cross-site', 'same-site', '', 'SAME-ORIGIN', 'same-origin, same-origin', 'other']) {
      assert.equal(await code({ 'sec-fetch-site': site }), 'ZZZ_CSRF_ORIGIN', site)
      const own = { 'sec-fetch-site': site, origin: 'http://localhost' }
      assert.equal(await code(own), 'ZZZ_CSRF_ORIGIN', `${site}, and an Origin that does not go with it`)
    }
  })

  it('believes Origin where there is no Sec-Fetch-Site', async () => {
    assert.equal(await code({ origin: 'http://localhost' }), 'passed')
    assert.equal(await code({ origin: 'https://localhost' }), 'passed')
    assert.equal(await code({ origin: 'http://localhost:81' }, 'http://localhost:81/any'), 'passed')
    assert.equal(await code({ origin: 'https://localhost' }, 'https://localhost/any'), 'passed')
    assert.equal(await code({ origin: 'http://localhost' }, 'https://localhost/any'), 'ZZZ_CSRF_ORIGIN')
    // A proxy may write the host with the default port, or as somebody typed it.
    for (const [origin, host] of [
      ['http://localhost', 'localhost:80'],
      ['https://localhost', 'localhost:443'],
      ['http://localhost', 'LocalHost'],
    ] as const) {
      assert.equal(await code({ origin, host }), 'passed', host)
    }
    for (const [origin, host] of [
      ['http://localhost', 'localhost:443'],
      ['http://localhost', 'localhost:81'],
      ['null', ''],
      ['http://', ''],
    ] as const) {
      assert.notEqual(await code({ origin, host }), 'passed', `${origin} at ${host}`)
    }
    for (const origin of [
      'http://evil.example',
      'http://localhost:8080',
      'http://localhost.evil.example',
      'http://evil.example/http://localhost',
      'localhost',
      '',
      'http://localhost, http://evil.example',
    ]) {
      assert.equal(await code({ origin }), 'ZZZ_CSRF_ORIGIN', origin)
    }
  })

  it('takes what comes from origins that are listed', async () => {
    const origin = 'https://admin.example.org'
    for (const headers of [
      { origin },
      { origin, 'sec-fetch-site': 'cross-site' },
      { origin, 'sec-fetch-site': 'same-site' },
    ]) {
      assert.equal(await code(headers), 'passed')
    }
    assert.equal(await code({ origin: 'http://admin.example.org' }), 'ZZZ_CSRF_ORIGIN')
    assert.equal(await code({ 'sec-fetch-site': 'cross-site' }), 'ZZZ_CSRF_ORIGIN')
  })

  it('lets pass what changes nothing, and guards every other method', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site' }
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      assert.equal((await send(app, foreign, undefined, method)).status, 200, method)
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE']) {
      assert.equal((await send(app, foreign, undefined, method)).status, 403, method)
    }
  })

  it('does not ask about exempt requests', async () => {
    const exempt = makeApp({ exempt: (ctx) => ctx.header('authorization')?.startsWith('Bearer ') === true })
    const foreign = { ...json, 'sec-fetch-site': 'cross-site' }
    assert.equal(await codeOf(send(exempt, { ...foreign, authorization: 'Bearer x' })), 'passed')
    assert.equal(await codeOf(send(exempt, { ...foreign, authorization: 'Basic x' })), 'ZZZ_CSRF_ORIGIN')
    // A promise of no is no exemption.
    const later = makeApp({ exempt: (async () => false) as unknown as () => boolean })
    assert.equal(await codeOf(send(later, foreign)), 'ZZZ_CSRF_ORIGIN')
  })
})

describe('csrf: tokens of clients that do not say', () => {
  async function withTokens(app: App): Promise<{ cookie: string; tokens: string[] }> {
    const response = await app.fetch('/token')
    const cookie = (response.headers.get('set-cookie') as string).split(';')[0] as string
    return { cookie, tokens: (await response.json()) as string[] }
  }
  const submit = (app: App, headers: Record<string, string>, fields: Record<string, string>) =>
    codeOf(
      app.fetch('/form', {
        method: 'POST',
        headers: { ...json, ...headers },
        body: new URLSearchParams(fields),
      }),
    )

  it('are taken from the form, or the header', async () => {
    const app = makeApp()
    const { cookie, tokens } = await withTokens(app)
    for (const token of tokens) {
      assert.equal(await submit(app, { cookie }, { name: 'Ada', _csrf: token }), 'passed')
      assert.equal(await codeOf(send(app, { ...json, cookie, 'x-csrf-token': token })), 'passed')
      assert.equal(await submit(app, { cookie, origin: 'null' }, { _csrf: token }), 'passed')
    }
  })

  it('leave the form to the handler', async () => {
    const app = makeApp()
    const { cookie, tokens } = await withTokens(app)
    const body = new URLSearchParams({ name: 'Ada', _csrf: tokens[0] as string })
    const response = await app.fetch('/form', { method: 'POST', headers: { cookie }, body })
    assert.equal(await response.text(), 'Ada')
  })

  it('are masked, so that no two are alike', async () => {
    const { tokens } = await withTokens(makeApp())
    assert.equal(new Set(tokens).size, 2)
    for (const token of tokens) assert.match(token, /^[\w-]{43}$/)
  })

  it('are refused when missing, changed, of another session, or of before a login', async () => {
    const app = makeApp()
    const { cookie, tokens } = await withTokens(app)
    const [token = ''] = tokens
    const other = await withTokens(app)
    const refused = 'ZZZ_CSRF_TOKEN'
    assert.equal(await submit(app, { cookie }, {}), refused)
    assert.equal(await submit(app, {}, { _csrf: token }), refused)
    assert.equal(await submit(app, { cookie: other.cookie }, { _csrf: token }), refused)
    for (const wrong of [
      '',
      token.slice(1),
      `${token}A`,
      token.toLowerCase(),
      'x'.repeat(43),
      'AAAA'.repeat(11),
    ]) {
      assert.equal(await submit(app, { cookie }, { _csrf: wrong }), refused, wrong)
    }
    assert.equal(await codeOf(send(app, { ...json, cookie })), refused)
    const login = await app.fetch('/login', { headers: { cookie } })
    const after = (login.headers.get('set-cookie') as string).split(';')[0] as string
    assert.equal(await submit(app, { cookie: after }, { _csrf: token }), refused)
    const renewed = await app.fetch('/regenerate', { headers: { cookie } })
    const [newCookie] = (renewed.headers.get('set-cookie') as string).split(';')
    assert.equal(
      await submit(app, { cookie: newCookie as string }, { _csrf: await renewed.text() }),
      'passed',
    )
  })

  it('help nobody who comes from another site', async () => {
    const app = makeApp()
    const { cookie, tokens } = await withTokens(app)
    const fields = { _csrf: tokens[0] as string }
    assert.equal(await submit(app, { cookie, 'sec-fetch-site': 'cross-site' }, fields), 'ZZZ_CSRF_ORIGIN')
    assert.equal(await submit(app, { cookie, origin: 'http://evil.example' }, fields), 'ZZZ_CSRF_ORIGIN')
  })

  it('are not asked for where programs are let through, and browsers are checked still', async () => {
    const app = makeApp({ fallback: 'allow' })
    assert.equal(await codeOf(send(app, json)), 'passed')
    assert.equal(await codeOf(send(app, { ...json, origin: 'http://evil.example' })), 'ZZZ_CSRF_ORIGIN')
    assert.equal(await codeOf(send(app, { ...json, 'sec-fetch-site': 'same-site' })), 'ZZZ_CSRF_ORIGIN')
    assert.equal(await codeOf(send(app, { ...json, origin: 'null' })), 'ZZZ_CSRF_TOKEN')
  })

  it('fail with what the form fails with', async () => {
    const app = makeApp()
    const { cookie } = await withTokens(app)
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    const response = await app.fetch('/form', { method: 'POST', headers, body: 'x'.repeat(2 ** 20 + 1) })
    assert.equal(response.status, 413)
  })
})

describe('csrf: its options', () => {
  it('refuses impossible ones', () => {
    const loose = csrf as (options: object) => unknown
    for (const options of [
      { trustedOrigins: 'https://a.example' },
      { trustedOrigins: ['a.example'] },
      { trustedOrigins: ['https://a.example/'] },
      { fallback: 'deny' },
      { exempt: '/hooks' },
      { origins: [] },
    ]) {
      const message = new RegExp(`csrf: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
  })

  it('says that tokens need a session', async () => {
    const app = createApp({
      environment: 'development',
      use: [csrf()],
      routes: [get('/', (ctx) => ctx.text(csrfToken(ctx))), post('/', (ctx) => ctx.text(''))],
    })
    const missing = await app.fetch('/', { headers: json })
    assert.equal(((await missing.json()) as { code: string }).code, 'ZZZ_ASSIGN_MISSING')
    assert.equal(
      (await app.fetch('/', { method: 'POST', headers: { 'sec-fetch-site': 'none' } })).status,
      200,
    )
    for (const headers of [{ 'x-csrf-token': 'x' }, {}]) {
      const refused = await app.fetch('/', { method: 'POST', headers })
      assert.equal(refused.status, 403)
      assert.match(await refused.text(), /put session\(\) before csrf\(\)/)
    }
  })
})
