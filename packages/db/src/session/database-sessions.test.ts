import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { describeDatabases, describePostgres } from '../internal/databases.suite.ts'
import { migrationFolder } from '../migration/migration.suite.ts'
import { migrate, rollback } from '../migration/runner/migrate.ts'
import { sql } from '../query/sql.ts'
import { createRepo, type RepoOptions } from '../repo/create-repo.ts'
import type { AnyRepo } from '../repo/repo.ts'
import { createSandbox } from '../testing/sandbox.ts'
import { databaseSessions } from './database-sessions.ts'
import { setNames } from './session-writer.suite.ts'

const hour = 3_600_000
const newId = () => randomBytes(32).toString('base64url')
const newSession = (now = Date.now()) => ({ values: { a: '1' }, createdAt: now, expiresAt: now + hour })
const nothing = { set: {}, remove: [], expiresAt: 0 }

/** Makes the table as an application does. */
async function migrateSessions(repo: AnyRepo, argument = ''): Promise<void> {
  using files = migrationFolder()
  files.write(1, 'create_sessions', migration(argument))
  await migrate(repo, { folder: files.folder })
}

const migration = (argument = '') =>
  `import { createSessionTable } from '@zzz/db/session'\nexport const change = createSessionTable(${argument})`

function repoOf(t: TestContext, url: string, more: Partial<RepoOptions<[]>> = {}) {
  const repo = createRepo({ url, schemas: [], ...more })
  t.after(() => repo.stop({ deadline: 1000 }))
  return repo
}

describeDatabases('databaseSessions', ({ create, name, dialect }) => {
  /** A repo whose database has the table, and a store that goes by a clock. */
  async function setUp(t: TestContext, more: Partial<RepoOptions<[]>> = {}) {
    const url = await create()
    const repo = repoOf(t, url, more)
    await migrateSessions(repo)
    const time = { now: Date.now() }
    const clock = { now: () => time.now }
    const rows = async () =>
      Number((await repo.rawOne<{ n: number }>(sql`select count(*) as n from sessions`))?.n)
    return { url, repo, time, clock, rows, store: databaseSessions(repo, { clock }) }
  }

  it('has a table that a migration makes in one line, and unmakes', async (t) => {
    const repo = repoOf(t, await create())
    using files = migrationFolder()
    files.write(1, 'create_sessions', migration())
    files.write(2, 'create_visits', migration(`'visits'`))
    const { folder } = files
    const migrated = await migrate(repo, { folder })
    assert.deepEqual(
      migrated.map(({ warnings }) => warnings),
      [[], []],
    )
    for (const store of [databaseSessions(repo), databaseSessions(repo, { table: 'visits' })]) {
      const [id, session] = [newId(), newSession()]
      await store.create(id, session)
      assert.deepEqual(await store.load(id), session)
    }
    await rollback(repo, { folder, to: '0' })
    await assert.rejects(databaseSessions(repo).load('x'), { code: 'ZZZ_DB_SESSION_TABLE' })
    await migrate(repo, { folder })
    assert.equal(await databaseSessions(repo).load('x'), undefined)
  })

  it('says what to do where the table is missing, or is another one', async (t) => {
    const repo = repoOf(t, await create())
    await repo.rawExec(sql`create table other (id text primary key, payload text)`)
    for (const [table, call] of [
      ['sessions', /createSessionTable\(\)/],
      ['other', /createSessionTable\('other'\)/],
    ] as const) {
      const store = databaseSessions(repo, { table })
      for (const use of [
        () => store.load('x'),
        () => store.create('x', newSession()),
        () => store.update('x', nothing),
        () => store.deleteExpired(),
      ]) {
        await assert.rejects(use, { code: 'ZZZ_DB_SESSION_TABLE', status: 500, message: call })
      }
    }
  })

  it('loses nothing of changes by two repos at once', { skip: name === 'sqlite memory' }, async (t) => {
    const { url, store } = await setUp(t)
    const other = databaseSessions(repoOf(t, url))
    const id = newId()
    await store.create(id, newSession())
    const kept = await Promise.all([setNames(store, id, 'x', 100), setNames(other, id, 'y', 100)])
    assert.ok(kept.flat().every(Boolean))
    assert.equal(Object.keys((await store.load(id))?.values ?? {}).length, 201)
  })

  it('loses nothing of changes by two processes at once', { skip: name === 'sqlite memory' }, async (t) => {
    const { url, store } = await setUp(t)
    const id = newId()
    await store.create(id, newSession())
    const write = async (prefix: string) => {
      const file = join(import.meta.dirname, 'session-writer.suite.ts')
      const args = ['--conditions=@zzz/source', file, url, id, prefix, '100']
      return (await promisify(execFile)(process.execPath, args)).stdout
    }
    assert.deepEqual(await Promise.all([write('x'), write('y')]), ['kept\n', 'kept\n'])
    const values = (await store.load(id))?.values ?? {}
    assert.equal(Object.keys(values).length, 201)
    assert.deepEqual([values.a, values.x99, values.y99], ['1', '1', '1'])
  })

  it('does not bring back a session that ends while it is changed', async (t) => {
    const { store, rows } = await setUp(t)
    for (let i = 0; i < 20; i++) {
      const id = newId()
      await store.create(id, newSession())
      await Promise.all([setNames(store, id, 'x', 5), store.destroy(id), setNames(store, id, 'y', 5)])
      assert.equal(await store.load(id), undefined)
      assert.equal(await store.update(id, nothing), false)
    }
    assert.equal(await rows(), 0)
  })

  it('takes no part in a transaction', async (t) => {
    const { store, repo } = await setUp(t)
    const [id, session] = [newId(), newSession()]
    const rolledBack = new Error('rolled back')
    const transaction = repo.transaction(async () => {
      await store.create(id, session)
      await store.update(id, { ...nothing, set: { a: '2' } })
      assert.equal((await store.load(id))?.values.a, '2')
      throw rolledBack
    })
    if (dialect === 'postgres') {
      await assert.rejects(transaction, rolledBack)
      assert.equal((await store.load(id))?.values.a, '2')
    } else {
      const message = /a transaction of repo is open around this, and SQLite has one writer.*session\(\)/
      await assert.rejects(transaction, { code: 'ZZZ_DB_UNSUPPORTED', message })
      assert.equal(await store.load(id), undefined)
    }
  })

  it('is none of the tenants that queries of the application are narrowed to', async (t) => {
    const { store } = await setUp(t, { prepareQuery: (query) => query.where(() => sql`tenant_id = ${1}`) })
    const id = newId()
    await store.create(id, newSession())
    assert.equal(await store.update(id, nothing), true)
    assert.ok(await store.load(id))
    await store.destroy(id)
    assert.equal(await store.deleteExpired(), 0)
  })

  it('removes what has expired, and nothing else', async (t) => {
    const { store, time, rows } = await setUp(t)
    const id = newId()
    await store.create(id, { ...newSession(time.now), expiresAt: time.now + hour + 1 })
    for (let i = 0; i < 250; i++) await store.create(newId(), newSession(time.now))
    assert.equal(await store.deleteExpired(), 0)
    time.now += hour
    assert.equal(await store.deleteExpired(), 250)
    assert.equal(await rows(), 1)
    assert.ok(await store.load(id))
  })

  it('removes what has expired by itself when sessions are used', async (t) => {
    const { store, time, rows } = await setUp(t)
    const live = newId()
    const expiring = async () => {
      for (let i = 0; i < 120; i++) await store.create(newId(), newSession(time.now))
      time.now += hour
    }
    await store.create(live, newSession(time.now + 2 * hour))
    for (const use of [() => store.load(live), () => store.create(newId(), newSession(time.now + hour))]) {
      await expiring()
      await use()
      // Until then, the test's own time-out is the limit.
      while ((await rows()) > 2) await new Promise(setImmediate)
      assert.ok(await store.load(live))
    }
  })

  it('removes what has expired in several processes at once, each row by one', async (t) => {
    const { store, url, repo, time, clock, rows } = await setUp(t)
    for (let i = 0; i < 500; i++) await store.create(newId(), newSession(time.now))
    time.now += hour
    const second = name === 'sqlite memory' ? repo : repoOf(t, url)
    const removed = await Promise.all(
      [repo, second, second].map((each) => databaseSessions(each, { clock }).deleteExpired()),
    )
    const total = removed.reduce((sum, count) => sum + count)
    assert.equal((await rows()) + total, 500)
    // One of them may have passed over what another was about to remove.
    await store.deleteExpired()
    assert.equal(await rows(), 0)
  })

  it('finds what has expired by its index', async (t) => {
    const { repo } = await setUp(t)
    const indexes = await repo.rawAll<{ name: string }>(
      dialect === 'sqlite'
        ? sql`select name from pragma_index_list('sessions')`
        : sql`select indexname as name from pg_indexes where tablename = 'sessions'`,
    )
    assert.ok(indexes.some((index) => index.name === 'sessions_expires_at_index'))
  })

  it('works in a sandbox', { skip: name === 'sqlite memory' }, async (t) => {
    const { repo, store, rows } = await setUp(t)
    const sandbox = createSandbox(repo)
    await sandbox.isolate(async () => {
      const id = newId()
      await store.create(id, newSession())
      assert.equal(await store.update(id, nothing), true)
      assert.ok(await store.load(id))
    })()
    await sandbox.stop()
    assert.equal(await rows(), 0)
  })

  it('refuses impossible options, and what is no repo', async (t) => {
    const repo = repoOf(t, await create())
    const loose = databaseSessions as (repo: unknown, options?: object) => unknown
    for (const options of [{ table: '' }, { table: 'a.b.c' }, { table: 1 }, { clock: {} }, { prefix: 'x' }]) {
      const message = new RegExp(`databaseSessions: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(repo, options), { code: 'ZZZ_DB_OPTION_INVALID', message })
    }
    for (const value of [undefined, {}, 'sqlite::memory:']) {
      assert.throws(() => loose(value), {
        code: 'ZZZ_DB_OPTION_INVALID',
        message: /^databaseSessions: a repo/,
      })
    }
  })
})

describePostgres('databaseSessions', ({ create }) => {
  it('loses nothing where the database is set to a stricter isolation', async (t) => {
    for (const isolation of ['repeatable\\ read', 'serializable']) {
      const url = new URL(await create())
      const options = `${url.searchParams.get('options')} -c default_transaction_isolation=${isolation}`
      url.searchParams.set('options', options)
      const repo = repoOf(t, url.href)
      await migrateSessions(repo)
      const store = databaseSessions(repo)
      const id = newId()
      await store.create(id, newSession())
      assert.ok((await setNames(store, id, 'x', 100)).every(Boolean))
      assert.equal(Object.keys((await store.load(id))?.values ?? {}).length, 101)
    }
  })

  it('may have its table in a schema', async (t) => {
    const repo = repoOf(t, await create())
    const prefix = `zzz_auth_${randomBytes(4).toString('hex')}`
    await repo.rawExec({ sql: `create schema ${prefix}`, parameters: [] })
    await migrateSessions(repo, `'${prefix}.sessions'`)
    const store = databaseSessions(repo, { table: `${prefix}.sessions` })
    const id = newId()
    await store.create(id, newSession())
    assert.equal(await store.update(id, { ...nothing, set: { b: '2' } }), true)
    assert.deepEqual((await store.load(id))?.values, { a: '1', b: '2' })
    await store.destroy(id)
    assert.equal(await store.deleteExpired(), 0)
  })
})
