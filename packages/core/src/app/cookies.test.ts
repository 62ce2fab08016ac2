import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AppInfo } from '../context/app-info.ts'
import type { Middleware } from '../context/middleware.ts'
import { signedCookie } from '../context/protected-cookie.ts'
import { HttpError } from '../errors.ts'
import { Reply } from '../http/reply.ts'
import { get } from '../router/route.ts'
import { scope } from '../router/scope.ts'
import { createApp } from './app.ts'

describe('cookies in an application', () => {
  const seen: string[] = []
  const look: Middleware = async (_ctx, next) => {
    const reply = await next()
    seen.push(...reply.headers.getAll('set-cookie'))
    return reply.cookie('outer', '1')
  }
  const app = createApp({
    environment: 'test',
    use: [look],
    routes: [
      get('/now', (ctx) => ctx.text(ctx.cookie('a') ?? '-').cookie('a', '1')),
      get('/later', async (ctx) => ctx.text('').cookie('a', '1')),
      get('/web', () => new Response('', { headers: [['set-cookie', 'web=1']] })),
      get('/304', () => new Reply(304, null).cookie('a', '1')),
      get('/fail', () => {
        throw new HttpError(418, 'x')
      }),
    ],
  })

  it('are secure over HTTPS, from the step on that set them', async () => {
    for (const path of ['/now', '/later', '/304']) {
      seen.length = 0
      const secure = await app.fetch(`https://localhost${path}`)
      const line = 'a=1; Path=/; HttpOnly; Secure; SameSite=Lax'
      assert.deepEqual(seen, [line])
      assert.deepEqual(secure.headers.getSetCookie(), [line, line.replace('a=', 'outer=')])
      const open = await app.fetch(`http://localhost${path}`)
      assert.deepEqual(open.headers.getSetCookie(), [
        'a=1; Path=/; HttpOnly; SameSite=Lax',
        'outer=1; Path=/; HttpOnly; SameSite=Lax',
      ])
    }
  })

  it('are set by middleware on any reply', async () => {
    for (const path of ['/web', '/fail', '/missing']) {
      const cookies = (await app.fetch(path)).headers.getSetCookie()
      assert.equal(cookies.at(-1), 'outer=1; Path=/; HttpOnly; SameSite=Lax')
    }
  })

  it('are read from the request', async () => {
    const headers = { cookie: 'b=2; a=x%20y' }
    assert.equal(await (await app.fetch('/now', { headers })).text(), 'x y')
    assert.equal(await (await app.fetch('/now')).text(), '-')
  })
})

describe('the secrets of an application', () => {
  const theme = signedCookie('theme')
  const routes = [get('/', (ctx) => theme.set(ctx, ctx.text(''), 'dark'))]
  const secretKeyBase = 'a secret of more than thirty-two bytes'

  it('are those of its secretKeyBase, inside a request and outside', async () => {
    const app = createApp({ environment: 'production', secretKeyBase, routes })
    const [line] = (await app.fetch('/')).headers.getSetCookie()
    const token = /^theme=([^;]+)/.exec(line as string)?.[1] as string
    assert.equal(app.secrets.verify('cookie theme', token), 'dark')
    const rotated = createApp({
      environment: 'production',
      secretKeyBase: [`${secretKeyBase}2`, secretKeyBase],
      routes: [],
    })
    assert.equal(rotated.secrets.verify('cookie theme', token), 'dark')
  })

  it('fail where there are none, with an error that says what to do', async () => {
    const app = createApp({ environment: 'production', routes })
    assert.throws(() => app.secrets.sign('x', 'y'), { code: 'ZZZ_SECRET_KEY' })
    assert.equal((await app.fetch('/')).status, 500)
    assert.throws(() => createApp({ secretKeyBase: 'short', routes: [] }), { code: 'ZZZ_SECRET_KEY' })
    const wrong = { secretKeyBase: 7 as unknown as string, routes: [] }
    assert.throws(() => createApp(wrong), { code: 'ZZZ_OPTION_INVALID', message: /"secretKeyBase"/ })
  })
})

describe('middleware.prepare', () => {
  it('is called once for each application, wherever the middleware is used', () => {
    const apps: AppInfo[] = []
    const step: Middleware = Object.assign(((_ctx, next) => next()) satisfies Middleware, {
      prepare: (app: AppInfo) => void apps.push(app),
    })
    const routes = [scope('/a', { use: [step] }, [get('/', { use: [step] }, (ctx) => ctx.text(''))])]
    createApp({ environment: 'one', use: [step], routes })
    createApp({ environment: 'two', routes })
    assert.deepEqual(
      apps.map(({ environment }) => environment),
      ['one', 'two'],
    )
  })

  it('can refuse to go without something', () => {
    const step: Middleware = Object.assign(((_ctx, next) => next()) satisfies Middleware, {
      prepare: (app: AppInfo) => app.secrets.require('step()'),
    })
    const routes = [get('/', { use: [step] }, (ctx) => ctx.text(''))]
    createApp({ environment: 'test', routes })
    assert.throws(() => createApp({ environment: 'production', routes }), {
      code: 'ZZZ_SECRET_KEY',
      message: /^step\(\) needs a secret/,
    })
  })
})
