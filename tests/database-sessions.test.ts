import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { after, before, it, type TestContext } from 'node:test'
import { createApp, get, type Middleware } from '@zzz/core'
import { session, sessionKey, sessionValue } from '@zzz/core/middleware'
import { createRepo, type Repo, sql } from '@zzz/db'
import { migrate } from '@zzz/db/migration'
import { databaseSessions } from '@zzz/db/session'
import { Browser, sessionSuite } from '../packages/core/src/middleware/session/session.suite.ts'
import { sessionStoreSuite } from '../packages/core/src/session/session-store.suite.ts'
import { describeDatabases } from './empty-databases.ts'

/** Sessions of `@zzz/core` in a database of `@zzz/db`: two packages that do not know each other. */

type AnyRepo = Repo<Record<never, never>>

const visits = sessionValue<number>('visits')

// Inside the repository, so that the migration finds our packages.
const folder = join(resolve(import.meta.dirname, '..'), '.tmp')
mkdirSync(folder, { recursive: true })
const migrations = mkdtempSync(join(folder, 'sessions-'))
writeFileSync(
  join(migrations, '20261124090000_create_sessions.ts'),
  `import { createSessionTable } from '@zzz/db/session'\nexport const change = createSessionTable()\n`,
)
after(() => rmSync(migrations, { recursive: true }))

/** A repo with one connection that requests wait for so many milliseconds. */
function openRepo(t: TestContext, url: string, timeout = 30_000): AnyRepo {
  const repo = createRepo({ url, schemas: [], sqlite: { timeout }, postgres: { timeout, size: 1 } })
  t.after(() => repo.stop({ deadline: 1000 }))
  return repo
}

/** An application that counts visits, and the errors that it answered with. */
function visitApp(repo: AnyRepo) {
  const errors: unknown[] = []
  const watch: Middleware = async (_ctx, next) => {
    const reply = await next()
    if (reply.error !== undefined) errors.push(reply.error)
    return reply
  }
  const app = createApp({
    environment: 'production',
    use: [watch, session({ store: databaseSessions(repo) })],
    routes: [
      get('/', (ctx) => ctx.text('without a session')),
      get('/visit', (ctx) => {
        const current = ctx.get(sessionKey)
        current.set(visits, (current.get(visits) ?? 0) + 1)
        return ctx.text(String(current.get(visits)))
      }),
      get('/leave', (ctx) => {
        ctx.get(sessionKey).destroy()
        return ctx.text('bye')
      }),
    ],
  })
  return { app, errors }
}

describeDatabases('sessions in a database', (create) => {
  let url: string
  let repo: AnyRepo
  before(async () => {
    url = await create()
    repo = createRepo({ url, schemas: [] })
    await migrate(repo, { folder: migrations })
  })
  after(() => repo.stop())

  sessionStoreSuite('databaseSessions', (_t, clock) => databaseSessions(repo, { clock }))
  sessionSuite('in a database', async (_t, clock) => databaseSessions(repo, { clock }))

  it('survive a restart, and so does their end', async (t) => {
    const first = new Browser(visitApp(openRepo(t, url)).app)
    assert.equal(await first.text('/visit'), '1')
    const leaving = first.copy()
    const left = leaving.copy()

    const restarted = visitApp(openRepo(t, url)).app
    const again = (browser: Browser) => copyTo(browser, restarted)
    assert.equal(await again(first).text('/visit'), '2')
    await leaving.ask('/leave')
    assert.equal(await again(left).text('/visit'), '1')
  })

  it('are nothing that whoever reads the table can use', async () => {
    const { app } = visitApp(repo)
    const browser = new Browser(app)
    await browser.ask('/visit')
    const secret = browser.cookies.get('session') as string
    const rows = await repo.rawAll<{ id: string }>(sql`select * from sessions`)
    assert.ok(rows.length > 0)
    assert.ok(!JSON.stringify(rows).includes(secret))
    for (const { id } of rows) {
      const thief = new Browser(app)
      thief.cookies.set('session', id)
      assert.equal(await thief.text('/visit'), '1')
    }
  })

  it('fail requests with 503 while the database is away, and are there when it is back', async (t) => {
    await using database = await fragile(await create())
    const setUp = openRepo(t, database.url)
    await migrate(setUp, { folder: migrations })
    const browser = new Browser(visitApp(setUp).app)
    assert.equal(await browser.text('/visit'), '1')
    await database.leave(setUp)

    const meanwhile = visitApp(openRepo(t, database.url, 200))
    const visitor = copyTo(browser, meanwhile.app)
    const stranger = new Browser(meanwhile.app)
    assert.equal((await visitor.ask('/')).status, 503)
    assert.equal((await stranger.ask('/visit')).status, 503)
    assert.equal((await stranger.ask('/')).status, 200)
    assert.deepEqual(codesOf(meanwhile.errors), Array(2).fill('ZZZ_SESSION_STORE ZZZ_DB_UNAVAILABLE'))

    await database.comeBack()
    // A connection may take longer than a request waits for it.
    let response = await visitor.ask('/visit')
    while (response.status === 503) response = await visitor.ask('/visit')
    assert.equal(await response.text(), '2')
  })

  it('fail requests with 503 when the database has no connection for them in time', async (t) => {
    const busy = openRepo(t, url, 200)
    await busy.start()
    const { app, errors } = visitApp(busy)
    const browser = new Browser(app)
    assert.equal(await browser.text('/visit'), '1')
    const gate = Promise.withResolvers<void>()
    const holding = Promise.withResolvers<void>()
    const held = busy.transaction(async () => {
      holding.resolve()
      await gate.promise
    })
    await holding.promise
    const refused = await browser.ask('/visit')
    assert.deepEqual([refused.status, refused.headers.getSetCookie()], [503, []])
    assert.deepEqual(codesOf(errors), ['ZZZ_SESSION_STORE ZZZ_DB_BUSY'])
    gate.resolve()
    await held
    assert.equal(await browser.text('/visit'), '2')
  })

  it('say in a request what is missing', async (t) => {
    const { app, errors } = visitApp(openRepo(t, await create()))
    assert.equal((await app.fetch('/visit')).status, 500)
    assert.match(String(errors[0]), /There is no table sessions.*createSessionTable\(\)/)
    assert.deepEqual(codesOf(errors), ['ZZZ_SESSION_STORE ZZZ_DB_SESSION_TABLE'])
  })
})

/** The same browser at another application. */
function copyTo(browser: Browser, app: ReturnType<typeof visitApp>['app']): Browser {
  const copy = new Browser(app)
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
  return copy
}

const codesOf = (errors: readonly unknown[]) =>
  errors.map((error) => {
    const { code, cause } = error as { code: string; cause: { code: string } }
    return `${code} ${cause.code}`
  })

/** A database that can be away for a while: SQLite's folder has another name then, PostgreSQL's address nobody listens at. */
interface Fragile extends AsyncDisposable {
  readonly url: string
  leave(repo: AnyRepo): Promise<void>
  comeBack(): Promise<void>
}

async function fragile(url: string): Promise<Fragile> {
  return url.startsWith('sqlite:') ? fragileFile(url) : fragileServer(new URL(url))
}

function fragileFile(url: string): Fragile {
  const path = url.slice('sqlite:'.length)
  const [here, away] = [`${path}.d`, `${path}.away`]
  mkdirSync(here)
  return {
    url: `sqlite:${join(here, 'app.db')}`,
    async leave(repo) {
      // Whoever has opened the file goes on with it.
      await repo.stop()
      renameSync(here, away)
    },
    comeBack: async () => renameSync(away, here),
    [Symbol.asyncDispose]: async () => {},
  }
}

async function fragileServer(url: URL): Promise<Fragile> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const behind = connect({ host: url.hostname, port: Number(url.port || 5432) })
    for (const [from, to] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => {}).on('close', () => to.destroy())
    }
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  }
  const close = async () => {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const port = await listen(0)
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    leave: close,
    comeBack: async () => void (await listen(port)),
    [Symbol.asyncDispose]: close,
  }
}
