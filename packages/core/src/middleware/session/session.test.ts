import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import type { Middleware } from '../../context/middleware.ts'
import { HttpError } from '../../errors.ts'
import { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { redisForTest, withoutRedis } from '../../redis/redis.suite.ts'
import { get } from '../../router/route.ts'
import { testKey } from '../../secrets/secrets.suite.ts'
import { sessionKey } from '../../session/session.ts'
import type { SessionStore } from '../../session/session-store.ts'
import { type SessionValue, sessionValue } from '../../session/session-value.ts'
import { memorySessions } from '../../session/stores/memory-sessions.ts'
import { redisSessions } from '../../session/stores/redis-sessions.ts'
import { errorPages } from '../error-pages/error-pages.ts'
import { Browser, sessionApp, sessionSuite, visits } from './session.suite.ts'
import { type SessionOptions, session } from './session.ts'

let stores = 0
const memory = (options = {}) => memorySessions({ name: `test ${stores++}`, ...options })

sessionSuite('in a cookie', async () => undefined)
sessionSuite('in memory', async (_t, clock) => memory({ clock }))
sessionSuite(
  'in Redis',
  async (t, clock) => {
    const { redis, prefix } = await redisForTest(t)
    return redisSessions(redis, { prefix, clock })
  },
  await withoutRedis(),
)

const note: SessionValue<unknown[]> = { name: 'note' }
const other = sessionValue<string>('other')

describe('session, in a cookie', () => {
  it('shows nothing of what it holds, and swaps with no other', async () => {
    const app = sessionApp({})
    const browser = new Browser(app)
    await browser.ask('/login/ada')
    const value = browser.cookies.get('session') as string
    assert.ok(!Buffer.from(value, 'base64url').toString('latin1').includes('ada'))
    const renamed = new Browser(sessionApp({ name: 'other' }))
    renamed.cookies.set('other', value)
    assert.equal(await renamed.text('/read'), '- -')
  })

  it('names the size of what browsers would drop, and what takes it', async () => {
    const app = createApp({
      environment: 'development',
      secretKeyBase: testKey,
      use: [session()],
      routes: [
        get('/', (ctx) => {
          ctx.get(sessionKey).set(other, 'x'.repeat(4000))
          return ctx.text('')
        }),
      ],
    })
    const response = await app.fetch('/')
    assert.equal(response.status, 500)
    assert.deepEqual(response.headers.getSetCookie(), [])
    assert.match(await response.text(), /cookie would have 5\d{3} bytes, and browsers keep 4096.*other 4002/)
  })

  it('needs a secret, from the start', () => {
    const routes = [get('/', { use: [session()] }, (ctx) => ctx.text(''))]
    const expected = { code: 'ZZZ_SECRET_KEY', message: /^session\(\) needs a secret/ }
    assert.throws(() => createApp({ environment: 'production', routes }), expected)
    createApp({ environment: 'production', use: [session({ store: memory() })], routes: [] })
  })

  it('survives the rotation of the secret', async () => {
    const routes = [get('/', (ctx) => ctx.text(String(ctx.get(sessionKey).get(visits))))]
    const browser = new Browser(sessionApp({}))
    await browser.ask('/visit')
    const cookie = `session=${browser.cookies.get('session')}`
    const secretKeyBase = ['the new one, which comes before the old', testKey]
    const rotated = createApp({ environment: 'production', secretKeyBase, use: [session()], routes })
    assert.equal(await (await rotated.fetch('/', { headers: { cookie } })).text(), '1')
  })
})

describe('session, in a store', () => {
  /** Requests that wait for each other in the middle, so that they overlap. */
  function meetingApp(options: SessionOptions) {
    let arrived = Promise.withResolvers<void>()
    const go = { both: Promise.withResolvers<void>() }
    return {
      arrived: () => arrived.promise,
      release: () => {
        go.both.resolve()
        arrived = Promise.withResolvers()
        go.both = Promise.withResolvers()
      },
      app: sessionApp(options, [
        get('/set/:name', async (ctx) => {
          ctx.get(sessionKey).set(sessionValue<string>(ctx.params.name), 'set')
          arrived.resolve()
          await go.both.promise
          return ctx.text('')
        }),
        get('/has/:name', (ctx) =>
          ctx.text(ctx.get(sessionKey).get(sessionValue<string>(ctx.params.name)) ?? 'none'),
        ),
      ]),
    }
  }

  it('loses nothing of two requests at once', async () => {
    const { app, arrived, release } = meetingApp({ store: memory() })
    const browser = new Browser(app)
    await browser.ask('/visit')
    const slow = browser.copy().ask('/set/one')
    await arrived()
    await browser.ask('/visit')
    release()
    await slow
    assert.equal(await browser.text('/has/one'), 'set')
    assert.equal(await browser.text('/read'), '2 -')
  })

  it('is not brought back by a request that overlaps with its end', async () => {
    const { app, arrived, release } = meetingApp({ store: memory() })
    for (const end of ['/logout', '/login/ada']) {
      const browser = new Browser(app)
      await browser.ask('/visit')
      const old = browser.copy()
      const slow = old.copy().ask('/set/one')
      await arrived()
      await browser.ask(end)
      release()
      assert.deepEqual((await slow).headers.getSetCookie(), [])
      assert.equal(await old.text('/read'), '- -', `the old cookie after ${end}`)
      assert.equal(await browser.text('/has/one'), 'none')
    }
  })

  it('is kept under a hash, so that the store has nothing that opens it', async () => {
    const ids: string[] = []
    const kept = memory()
    const store: SessionStore = {
      ...kept,
      create: (id, made) => {
        ids.push(id)
        return kept.create(id, made)
      },
    }
    const app = sessionApp({ store })
    const browser = new Browser(app)
    await browser.ask('/visit')
    const secret = browser.cookies.get('session') as string
    assert.match(secret, /^[\w-]{43}$/)
    assert.equal(ids.length, 1)
    assert.notEqual(ids[0], secret)
    assert.equal(await browser.text('/id'), ids[0])
  })

  it('asks the store for nothing without a cookie, and is synchronous then', () => {
    const untouched = () => assert.fail('the store was asked')
    const store = { load: untouched, create: untouched, update: untouched, destroy: untouched }
    const app = sessionApp({ store })
    return app.fetch('/read').then(async (response) => assert.equal(await response.text(), '- -'))
  })

  it('fails aloud when the store does, and closes the reply that is not sent', async () => {
    const down = Object.assign(new Error('no route to it'), { status: 503 })
    const broken = new Error('it is broken')
    const missing = Object.assign(new Error('no such table'), { status: 404 })
    let closed = false
    const reply = () => {
      const body = new ReadableStream({
        cancel() {
          closed = true
        },
      })
      return new Reply(200, body)
    }
    const failing = (error: Error): SessionStore => ({
      ...memory(),
      load: () => Promise.reject(error),
      create: () => Promise.reject(error),
    })
    for (const [error, status] of [
      [down, 503],
      [broken, 500],
      [missing, 500],
    ] as const) {
      const seen: unknown[] = []
      const watch: Middleware = async (_ctx, next) => {
        const got = await next()
        seen.push(got.error)
        return got
      }
      const app = createApp({
        environment: 'production',
        use: [watch, session({ store: failing(error) })],
        routes: [
          get('/', (ctx) => {
            ctx.get(sessionKey).set(visits, 1)
            return reply()
          }),
        ],
      })
      closed = false
      const saving = await app.fetch('/')
      assert.deepEqual([saving.status, saving.headers.getSetCookie(), closed], [status, [], true])
      const loading = await app.fetch('/', { headers: { cookie: `session=${'x'.repeat(43)}` } })
      assert.equal(loading.status, status)
      assert.equal(
        await loading.text(),
        status === 503 ? '503 Service Unavailable\n' : '500 Internal Server Error\n',
      )
      assert.deepEqual(
        seen.map((each) => [(each as { code: string }).code, (each as Error).cause]),
        [
          ['ZZZ_SESSION_STORE', error],
          ['ZZZ_SESSION_STORE', error],
        ],
      )
    }
  })

  it('refuses to grow without end', async () => {
    const app = sessionApp({ store: memory() }, [
      get('/grow/:name', (ctx) => {
        ctx.get(sessionKey).set(sessionValue<string>(ctx.params.name), 'x'.repeat(30_000))
        return ctx.text('')
      }),
    ])
    const browser = new Browser(app)
    const statuses = []
    for (const name of ['a', 'b', 'c']) statuses.push((await browser.ask(`/grow/${name}`)).status)
    assert.deepEqual(statuses, [200, 200, 500])
  })
})

describe('session, with other replies', () => {
  it('is saved before an upgrade, and can be read after it', async () => {
    const app = sessionApp({}, [
      get('/socket', (ctx) => {
        ctx.get(sessionKey).set(visits, 1)
        return new Reply(101, { kind: 'upgrade', protocol: 'test', accept: () => {} })
      }),
    ])
    const reply = await app.handle(makeRequest({ target: '/socket' }))
    assert.equal(reply.statusCode, 101)
    assert.match(reply.headers.get('set-cookie') as string, /^session=/)
  })

  it('keeps its cookie on an error page', async () => {
    const app = createApp({
      environment: 'production',
      secretKeyBase: testKey,
      use: [errorPages({ pages: { default: (ctx) => ctx.html('<h1>Oh</h1>') } })],
      routes: [
        get('/', { use: [session()] }, (ctx) => {
          ctx.get(sessionKey).set(visits, 1)
          throw new HttpError(500, 'x')
        }),
      ],
    })
    const response = await app.fetch('/', { headers: { accept: 'text/html' } })
    assert.equal(await response.text(), '<h1>Oh</h1>')
    assert.match(response.headers.getSetCookie().join(), /^session=/)
    assert.equal(response.headers.get('cache-control'), 'no-store')
  })
})

describe('session, its values', () => {
  const routes = (use: (set: (value: unknown) => void, read: () => unknown) => void) => [
    get('/', (ctx) => {
      const current = ctx.get(sessionKey)
      use(
        (value) => current.set(note, value as unknown[]),
        () => current.get(note),
      )
      return ctx.text('')
    }),
  ]
  const run = async (use: Parameters<typeof routes>[0]) => {
    const app = createApp({ environment: 'test', use: [session({ store: memory() })], routes: routes(use) })
    return app.fetch('/')
  }

  it('are frozen copies', async () => {
    await run((set, read) => {
      const given = [{ a: [1] }]
      set(given)
      given.push({ a: [2] })
      assert.deepEqual(read(), [{ a: [1] }])
      assert.throws(() => (read() as unknown[]).push(1), TypeError)
      assert.throws(() => (read() as [{ a: unknown[] }])[0].a.push(1), TypeError)
    })
  })

  it('are what JSON can say, and nothing that it would lose', async () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    await run((set, read) => {
      for (const value of [[], [null, 'x', 1.5, true], [{ a: { b: [] } }], [Object.create(null)]]) {
        set(value)
        assert.deepEqual(JSON.parse(JSON.stringify(read())), JSON.parse(JSON.stringify(value)))
      }
      set([{ a: undefined, b: 1 }])
      assert.deepEqual(read(), [{ b: 1 }])
      const impossible = [
        undefined,
        () => {},
        1n,
        Symbol('x'),
        Number.NaN,
        new Date(),
        new Map(),
        new (class A {})(),
      ]
      for (const value of [...impossible, ...impossible.map((inner) => [inner]), cycle]) {
        assert.throws(() => set(value), { code: 'ZZZ_SESSION_VALUE', message: /"note"/ })
      }
    })
  })

  it('come out of a cookie frozen too', async () => {
    const app = sessionApp({}, [
      get('/push', (ctx) => {
        ;(ctx.get(sessionKey).get(sessionValue<string[]>('list')) as string[]).push('x')
        return ctx.text('')
      }),
    ])
    const browser = new Browser(app)
    await browser.ask('/logout/note')
    assert.equal((await browser.ask('/push')).status, 500)
    assert.equal(await browser.text('/list'), '["good","bye"]')
  })

  it('have sound names', () => {
    for (const name of ['a', 'a.b-c_1', '_x', 'x'.repeat(64)])
      assert.equal(sessionValue<string>(name).name, name)
    for (const name of ['', 'a b', 'ä', '__proto__', 'x'.repeat(65), 7 as unknown as string]) {
      assert.throws(() => sessionValue<string>(name), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})

describe('session, its options', () => {
  it('refuses impossible ones', () => {
    const loose = session as (options: object) => unknown
    const impossible = [
      { store: {} },
      { name: 'a b' },
      { maxAge: 0 },
      { maxAge: 1.5 },
      { lifetime: -1 },
      { cookie: 'strict' },
      { clock: {} },
      { rolling: true },
    ]
    for (const options of impossible) {
      const message = new RegExp(`session: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
    for (const cookie of [{ path: 'x' }, { domain: 'a;b' }, { sameSite: 'none', secure: false }] as const) {
      assert.throws(() => session({ cookie }), { code: 'ZZZ_COOKIE_INVALID' })
    }
    for (const cookie of [{ httpOnly: false }, { maxAge: 1 }, { sameSite: 'no' }]) {
      assert.throws(() => loose({ cookie }), { code: 'ZZZ_OPTION_INVALID', message: /session, cookie: / })
    }
  })

  it('counts once when it is used twice', async () => {
    const inner = session({ store: memory() })
    const app = createApp({
      environment: 'test',
      use: [session({ store: memory() })],
      routes: [
        get('/', { use: [inner] }, (ctx) => {
          ctx.get(sessionKey).set(visits, 1)
          return ctx.text('')
        }),
      ],
    })
    assert.equal((await app.fetch('/')).headers.getSetCookie().length, 1)
  })
})
