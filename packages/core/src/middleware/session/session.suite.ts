import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type App, createApp } from '../../app/app.ts'
import { type ManualClock, manualClock } from '../../clock.suite.ts'
import type { Context } from '../../context/context.ts'
import { HttpError } from '../../errors.ts'
import { Reply } from '../../http/reply.ts'
import { get } from '../../router/route.ts'
import { testKey } from '../../secrets/secrets.suite.ts'
import { sessionKey } from '../../session/session.ts'
import type { SessionStore } from '../../session/session-store.ts'
import { sessionValue } from '../../session/session-value.ts'
import { type SessionOptions, session } from './session.ts'

export const visits = sessionValue<number>('visits')
export const user = sessionValue<string>('user')
const list = sessionValue<string[]>('list')

/** A browser as far as cookies go: one host, no paths, no times. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #app: App
  readonly #origin: string

  constructor(app: App, origin = 'http://localhost') {
    this.#app = app
    this.#origin = origin
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const response = await this.#app.fetch(this.#origin + path, { ...init, headers })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  async text(path: string): Promise<string> {
    return (await this.ask(path)).text()
  }

  /** Another browser with the same cookies. */
  copy(): Browser {
    const other = new Browser(this.#app, this.#origin)
    for (const [name, value] of this.cookies) other.cookies.set(name, value)
    return other
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split('=')
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** An application whose routes do what a session can do, and a clock for it. */
export function sessionApp(
  options: SessionOptions,
  extra: Parameters<typeof createApp>[0]['routes'] = [],
): App {
  const on = (ctx: Context) => ctx.get(sessionKey)
  return createApp({
    environment: 'production',
    secretKeyBase: testKey,
    use: [session(options)],
    routes: [
      get('/plain', (ctx) => ctx.text('plain')),
      get('/read', (ctx) => ctx.text(`${on(ctx).get(visits) ?? '-'} ${on(ctx).get(user) ?? '-'}`)),
      get('/id', (ctx) => ctx.text(on(ctx).id)),
      get('/visit', (ctx) => {
        on(ctx).set(visits, (on(ctx).get(visits) ?? 0) + 1)
        return ctx.text(String(on(ctx).get(visits)))
      }),
      get('/login/:name', async (ctx) => {
        on(ctx).regenerate()
        on(ctx).set(user, ctx.params.name)
        return ctx.text(on(ctx).id)
      }),
      get('/same', (ctx) => {
        on(ctx).set(visits, on(ctx).get(visits) ?? 0)
        return ctx.text('')
      }),
      get('/forget', (ctx) => {
        on(ctx).delete(visits)
        on(ctx).delete(list)
        return ctx.text('')
      }),
      get('/clear', (ctx) => {
        on(ctx).clear()
        return ctx.text('')
      }),
      get('/logout', (ctx) => {
        on(ctx).destroy()
        return ctx.redirect('/')
      }),
      get('/logout/note', (ctx) => {
        on(ctx).destroy()
        on(ctx).set(list, ['good', 'bye'])
        return ctx.redirect('/')
      }),
      get('/list', (ctx) => ctx.json(on(ctx).get(list) ?? null)),
      get('/304', (ctx) => {
        on(ctx).set(visits, 304)
        return new Reply(304, null)
      }),
      get('/fail', (ctx) => {
        on(ctx).set(visits, 500)
        throw new HttpError(418, 'teapot')
      }),
      get('/stream', (ctx) => {
        on(ctx).set(visits, 7)
        return ctx.stream(
          (async function* () {
            try {
              on(ctx).set(visits, 8)
            } catch (error) {
              yield String((error as { code?: string }).code)
            }
            yield ` ${on(ctx).get(visits)}`
          })(),
        )
      }),
      get('/public', (ctx) => {
        on(ctx).set(visits, 1)
        return ctx.text('').header('cache-control', 'public, max-age=60')
      }),
      get('/private', (ctx) => {
        on(ctx).set(visits, 1)
        return ctx.text('').header('cache-control', 'max-age=60, private')
      }),
      ...extra,
    ],
  }) as App
}

/** Makes a store for one test, or undefined for sessions in cookies. */
export type MakeSessions = (t: TestContext, clock: ManualClock) => Promise<SessionStore | undefined>

/** What sessions do wherever they are kept. */
export function sessionSuite(name: string, make: MakeSessions, skip: string | false = false): void {
  async function setUp(t: TestContext, options: SessionOptions = {}) {
    const clock = manualClock(Math.floor(Date.now() / 1000) * 1000)
    const app = sessionApp({ store: await make(t, clock), clock, ...options })
    return { clock, app, browser: new Browser(app) }
  }

  describe(`session, ${name}`, { skip }, () => {
    it('counts per browser', async (t) => {
      const { app, browser } = await setUp(t)
      for (const count of ['1', '2', '3']) assert.equal(await browser.text('/visit'), count)
      assert.equal(await new Browser(app).text('/visit'), '1')
    })

    it('does not exist where nothing is set', async (t) => {
      const { browser } = await setUp(t)
      for (const path of ['/plain', '/read', '/id', '/forget', '/clear', '/logout', '/missing']) {
        const response = await browser.ask(path)
        assert.deepEqual(response.headers.getSetCookie(), [], path)
        const vary = path === '/plain' ? null : path === '/missing' ? 'Accept' : 'Cookie'
        assert.equal(response.headers.get('vary'), vary)
        assert.equal(response.headers.get('cache-control'), null)
      }
    })

    it('sets a cookie with safe attributes, once', async (t) => {
      const { browser } = await setUp(t, { maxAge: 600 })
      const [line] = (await browser.ask('/visit')).headers.getSetCookie()
      assert.match(line as string, /^session=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)
      assert.deepEqual((await browser.ask('/read')).headers.getSetCookie(), [])
      assert.deepEqual((await browser.ask('/same')).headers.getSetCookie(), [])
    })

    it('has the prefix __Host- over HTTPS, and reads no other there', async (t) => {
      const { app, browser } = await setUp(t)
      const secure = new Browser(app, 'https://localhost')
      const [line] = (await secure.ask('/visit')).headers.getSetCookie()
      assert.match(line as string, /^__Host-session=.*; Secure; SameSite=Lax$/)
      assert.equal(await secure.text('/visit'), '2')
      await browser.ask('/visit')
      const planted = new Browser(app, 'https://localhost')
      planted.cookies.set('session', browser.cookies.get('session') as string)
      assert.equal(await planted.text('/read'), '- -')
    })

    it('has the name and the attributes that it is told', async (t) => {
      const cookie = { domain: 'localhost', path: '/', sameSite: 'strict', priority: 'high' } as const
      const { app } = await setUp(t, { name: 'sid', cookie })
      const browser = new Browser(app, 'https://localhost')
      const [line] = (await browser.ask('/visit')).headers.getSetCookie()
      assert.match(
        line as string,
        /^sid=[\w-]+; Max-Age=1209600; Domain=localhost; Path=\/; HttpOnly; Secure; Priority=High; SameSite=Strict$/,
      )
      const [gone] = (await browser.ask('/logout')).headers.getSetCookie()
      assert.match(gone as string, /^sid=; Max-Age=0; Domain=localhost; Path=\//)
    })

    it('is worth nothing when its cookie was changed, cut or invented', async (t) => {
      const { browser } = await setUp(t)
      await browser.ask('/visit')
      const value = browser.cookies.get('session') as string
      const other = (at: number) => (value[at] === 'A' ? 'B' : 'A')
      for (let at = 0; at < value.length; at += 7) {
        for (const forged of [value.slice(0, at), value.slice(0, at) + other(at) + value.slice(at + 1)]) {
          const thief = browser.copy()
          thief.cookies.set('session', forged)
          assert.equal(await thief.text('/read'), '- -', forged)
        }
      }
      for (const forged of ['', '1', '{}', '__proto__', 'x'.repeat(43), 'x'.repeat(5000)]) {
        const thief = browser.copy()
        thief.cookies.set('session', forged)
        assert.equal(await thief.text('/read'), '- -', forged)
      }
      assert.equal(await browser.text('/read'), '1 -')
    })

    it('goes on under another id after regenerate, so that a planted one is worth nothing', async (t) => {
      const { browser, app } = await setUp(t)
      await browser.ask('/visit')
      const [planted, before] = [browser.copy(), await browser.text('/id')]
      // The victim logs in with the cookie that the attacker gave it.
      const after = await browser.text('/login/ada')
      assert.notEqual(after, before)
      assert.equal(await browser.text('/id'), after)
      assert.equal(await browser.text('/read'), '1 ada')
      assert.notEqual(browser.cookies.get('session'), planted.cookies.get('session'))
      assert.ok(!(await planted.text('/read')).includes('ada'))
      const fresh = new Browser(app)
      await fresh.ask('/login/bob')
      assert.equal(await fresh.text('/read'), '- bob')
    })

    it('has an id that is no secret', async (t) => {
      const { browser, app } = await setUp(t)
      await browser.ask('/visit')
      const id = await browser.text('/id')
      assert.match(id, /^[\w-]{22,43}$/)
      assert.equal(await browser.text('/id'), id)
      const thief = new Browser(app)
      thief.cookies.set('session', id)
      assert.equal(await thief.text('/read'), '- -')
    })

    it('ends by destroy, and what is set then begins another', async (t) => {
      const { browser } = await setUp(t)
      await browser.ask('/login/ada')
      const id = await browser.text('/id')
      const [line] = (await browser.ask('/logout')).headers.getSetCookie()
      assert.match(line as string, /^session=; Max-Age=0; /)
      assert.equal(browser.cookies.size, 0)
      assert.equal(await browser.text('/read'), '- -')
      await browser.ask('/login/ada')
      await browser.ask('/logout/note')
      assert.notEqual(await browser.text('/id'), id)
      assert.equal(await browser.text('/read'), '- -')
      assert.equal(await browser.text('/list'), '["good","bye"]')
    })

    it('loses single values, and all of them', async (t) => {
      const { browser } = await setUp(t)
      await browser.ask('/login/ada')
      await browser.ask('/visit')
      await browser.ask('/forget')
      assert.equal(await browser.text('/read'), '- ada')
      await browser.ask('/clear')
      assert.equal(await browser.text('/read'), '- -')
    })

    it('is saved with any reply, and no cache keeps its cookie for others', async (t) => {
      for (const [path, status, count] of [
        ['/304', 304, '304'],
        ['/fail', 418, '500'],
        ['/stream', 200, '7'],
        ['/visit', 200, '1'],
        ['/public', 200, '1'],
      ] as const) {
        const { browser } = await setUp(t)
        const response = await browser.ask(path)
        assert.equal(response.status, status)
        assert.equal(response.headers.getSetCookie().length, 1, path)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        assert.equal(response.headers.get('vary'), path === '/fail' ? 'Accept, Cookie' : 'Cookie')
        await response.text()
        assert.equal(await browser.text('/read'), `${count} -`)
      }
      const { browser } = await setUp(t)
      assert.equal((await browser.ask('/private')).headers.get('cache-control'), 'max-age=60, private')
    })

    it('can be read but not changed once the reply is on its way', async (t) => {
      const { browser } = await setUp(t)
      assert.equal(await browser.text('/stream'), 'ZZZ_SESSION_CLOSED 7')
    })

    it('ends when it was not used for maxAge, and lasts while it is', async (t) => {
      const { browser, clock } = await setUp(t, { maxAge: 1000 })
      await browser.ask('/visit')
      clock.advance(99_000)
      const soon = await browser.ask('/read')
      assert.deepEqual(soon.headers.getSetCookie(), [], 'a tenth of its age has to pass')
      clock.advance(2_000)
      const [line] = (await browser.ask('/read')).headers.getSetCookie()
      assert.match(line as string, /; Max-Age=1000; /)
      assert.deepEqual((await browser.ask('/read')).headers.getSetCookie(), [])
      clock.advance(999_000)
      assert.equal(await browser.text('/read'), '1 -')
      clock.advance(1_000_000)
      assert.equal(await browser.text('/read'), '- -')
      assert.equal(await browser.text('/visit'), '1')
    })

    it('is told to browsers for no longer than maxAge', async (t) => {
      const { browser, clock } = await setUp(t, { maxAge: 1000 })
      clock.advance(300)
      for (const path of ['/visit', '/visit', '/login/ada']) {
        const [line] = (await browser.ask(path)).headers.getSetCookie()
        if (line !== undefined) assert.match(line, /; Max-Age=1000; /, path)
      }
    })

    it('ends after its lifetime, however busy it is, and begins anew with regenerate', async (t) => {
      const { browser, clock } = await setUp(t, { maxAge: 1000, lifetime: 2500 })
      await browser.ask('/visit')
      const idle = browser.copy()
      for (let i = 0; i < 4; i++) {
        clock.advance(600_000)
        assert.equal(await browser.text('/read'), '1 -')
      }
      const copy = browser.copy()
      await copy.ask('/login/ada')
      clock.advance(100_000)
      assert.equal(await browser.text('/read'), '- -')
      assert.equal(await idle.text('/read'), '- -')
      assert.equal(await copy.text('/read'), '1 ada')
    })
  })
}
