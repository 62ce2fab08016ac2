import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { describeDatabases, describePostgres, type TestDatabase } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { blogRepo, Post, Tag, Team, User } from '../repo/blog.suite.ts'
import { createSandbox } from './sandbox.ts'

const tags = (repo: { all: Awaited<ReturnType<typeof blogRepo>>['all'] }) =>
  repo.all(
    from(Tag)
      .orderBy((t) => t.id.asc())
      .select((t) => t.name),
  )

async function prepared(database: TestDatabase) {
  const repo = await blogRepo(database)
  const sandbox = createSandbox(repo, {
    timeout: 300,
    prepare: () => repo.insertOrThrow(Tag, { name: 'prepared' }),
  })
  return {
    repo,
    sandbox,
    async [Symbol.asyncDispose]() {
      await sandbox.stop()
      await repo.stop()
    },
  }
}

describeDatabases('a sandbox', (database) => {
  it('gives each of many tests at once a database of its own, and undoes everything', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    const seen = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        sandbox.isolate(async (extra: string) => {
          await repo.insertOrThrow(Tag, { name: `${i}${extra}` })
          await repo.transaction(() => repo.insertOrThrow(Tag, { name: 'inside' }))
          await assert.rejects(
            repo.transaction(async () => {
              await repo.insertOrThrow(Tag, { name: 'undone' })
              throw new Error('no')
            }),
            /no/,
          )
          await new Promise(setImmediate)
          return tags(repo)
        })('!'),
      ),
    )
    assert.deepEqual(
      seen,
      Array.from({ length: 8 }, (_, i) => ['prepared', `${i}!`, 'inside']),
    )
    assert.deepEqual(await sandbox.isolate(() => tags(repo))(), ['prepared'])
  })

  it('undoes what a failing test did, and gives its error', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    const failing = sandbox.isolate(async () => {
      await repo.insertOrThrow(Tag, { name: 'x' })
      throw new Error('the test')
    })
    await assert.rejects(failing(), /the test/)
    assert.deepEqual(await sandbox.isolate(() => tags(repo))(), ['prepared'])
  })

  it('goes on after a statement that is refused, in a transaction and outside of one', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    await sandbox.isolate(async () => {
      const broken = () => repo.insertOrThrow(Post, { userId: 999, title: 'x' })
      await assert.rejects(broken(), { code: 'ZZZ_DB_CONSTRAINT' })
      await assert.rejects(repo.rawAll(sql`select * from nowhere`), { code: 'ZZZ_DB_FAILED' })
      await assert.rejects(repo.transaction(broken), { code: 'ZZZ_DB_CONSTRAINT' })
      await repo.transaction(async () => {
        await assert.rejects(repo.transaction(broken), { code: 'ZZZ_DB_CONSTRAINT' })
        await repo.insertOrThrow(Tag, { name: 'after' })
      })
      assert.deepEqual(await tags(repo), ['prepared', 'after'])
    })()
  })

  it('behaves as a database does: hooks, streams, in and out of transactions', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    await sandbox.isolate(async () => {
      const events: unknown[] = []
      assert.equal(repo.inTransaction(), false)
      await repo.transaction(async () => {
        assert.equal(repo.inTransaction(), true)
        repo.afterCommit(async () => events.push(await repo.count(from(Tag))))
        await repo.insertOrThrow(Tag, { name: 'b' })
        assert.deepEqual(events, [])
      })
      assert.deepEqual(events, [2])
      for await (const tag of repo.stream(from(Tag), { batch: 1 })) {
        if (tag.name === 'b') await repo.insertOrThrow(Team, { name: tag.name })
      }
      assert.equal(await repo.count(from(Team)), 1)
      await Promise.all([
        repo.transaction(() => repo.insertOrThrow(Team, { name: 'c' })),
        repo.transaction(() => repo.insertOrThrow(Team, { name: 'd' })),
        repo.count(from(Team)),
      ])
      assert.equal(await repo.count(from(Team)), 3)
    })()
  })

  it('refuses what comes from outside of a sandbox, or after its end', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    await assert.rejects(tags(repo), { code: 'ZZZ_DB_SANDBOX', message: /outside of a sandbox/ })
    await assert.rejects(
      repo.transaction(() => {}),
      { code: 'ZZZ_DB_SANDBOX' },
    )
    assert.throws(() => sandbox.current(), { code: 'ZZZ_DB_SANDBOX' })
    assert.throws(() => createSandbox(repo), { code: 'ZZZ_DB_SANDBOX', message: /already/ })
    const late = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    await sandbox.isolate(() => {
      gate.promise.then(() => tags(repo)).then(() => late.resolve(), late.reject)
    })()
    gate.resolve()
    await assert.rejects(late.promise, { code: 'ZZZ_DB_SANDBOX', message: /has ended/ })
  })

  it('waits for what a test left running', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    let done = false
    await sandbox.isolate(async () => {
      const inside = Promise.withResolvers<void>()
      void repo.transaction(async () => {
        inside.resolve()
        await new Promise(setImmediate)
        done = true
      })
      await inside.promise
    })()
    assert.ok(done)
  })

  it('fails a test that leaves a transaction open for good, and goes on with the next one', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    const never = Promise.withResolvers<void>()
    const careless = sandbox.isolate(async () => {
      const inside = Promise.withResolvers<void>()
      void repo
        .transaction(async () => {
          await repo.insertOrThrow(Tag, { name: 'x' })
          inside.resolve()
          await never.promise
        })
        .catch(() => {})
      await inside.promise
    })
    await assert.rejects(careless(), { code: 'ZZZ_DB_BUSY', message: /waited 300 ms/ })
    assert.deepEqual(await sandbox.isolate(() => tags(repo))(), ['prepared'])
    never.resolve()
  })

  it('lets in what is bound to it or started in it, and shares with those who have none', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    const outside = new EventEmitter()
    await sandbox.isolate(async () => {
      const box = sandbox.current()
      await repo.insertOrThrow(Tag, { name: 'mine' })
      const bound = once(outside, 'seen')
      outside.on(
        'look',
        box.bind(async () => outside.emit('seen', await tags(repo))),
      )
      const server = createServer(async (_request, response) =>
        response.end(JSON.stringify(await tags(repo))),
      )
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const answer = await fetch(`http://127.0.0.1:${port}`)
      assert.deepEqual(await answer.json(), ['prepared', 'mine'])
      server.close()
      outside.emit('look')
      assert.deepEqual((await bound)[0], ['prepared', 'mine'])
    })()

    const box = await sandbox.open()
    {
      using _shared = box.share()
      await repo.insertOrThrow(Tag, { name: 'shared' })
      assert.deepEqual(await tags(repo), ['prepared', 'shared'])
      const other = await sandbox.open()
      assert.deepEqual(await other.run(() => tags(repo)), ['prepared'])
      assert.throws(() => other.share(), { code: 'ZZZ_DB_SANDBOX' })
      await other.close()
    }
    await assert.rejects(tags(repo), { code: 'ZZZ_DB_SANDBOX' })
    await box.close()
    await box.close()
  })

  it('fails every test when it cannot be prepared, and gives the repo back when it is stopped', async () => {
    const repo = await blogRepo(database)
    const sandbox = createSandbox(repo, { prepare: () => Promise.reject(new Error('not prepared')) })
    await assert.rejects(sandbox.isolate(() => {})(), /not prepared/)
    await assert.rejects(sandbox.open(), /not prepared/)
    await sandbox.stop()
    assert.deepEqual(await tags(repo), [])
    const next = createSandbox(repo)
    // Other tests have sandboxes of their own in the folder that all share.
    const folder = mkdtempSync(join(tmpdir(), 'zzz-sandboxes-'))
    const shared = process.env.TMPDIR
    process.env.TMPDIR = folder
    await next.isolate(() => repo.insertOrThrow(User, { email: 'a' }))()
    assert.equal(readdirSync(folder).length, database.dialect === 'postgres' ? 0 : 1)
    await next.open()
    await next.stop()
    assert.deepEqual(readdirSync(folder), [])
    if (shared === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = shared
    rmdirSync(folder)
    assert.equal(await repo.count(from(User)), 0)
    assert.throws(() => createSandbox(repo, { prepared: 1 } as never), { code: 'ZZZ_DB_OPTION_INVALID' })
    await repo.stop()
  })
})

describePostgres('a sandbox', (database) => {
  it('checks deferred constraints where a transaction would, and commits no transaction that has failed', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    await sandbox.isolate(async () => {
      await repo.rawExec(
        sql`alter table posts add constraint late foreign key (user_id) references users deferrable initially deferred`,
      )
      await repo.rawExec(sql`alter table posts drop constraint posts_user_id_fkey`)
      const user = { id: 5, email: 'late' }
      await repo.transaction(async () => {
        await repo.insertOrThrow(Post, { userId: 5, title: 'first' })
        await repo.insertOrThrow(User, user)
      })
      await assert.rejects(
        repo.transaction(() => repo.insertOrThrow(Post, { userId: 6, title: 'x' })),
        { code: 'ZZZ_DB_CONSTRAINT' },
      )
      await assert.rejects(repo.insertOrThrow(Post, { userId: 6, title: 'x' }), { code: 'ZZZ_DB_CONSTRAINT' })
      assert.equal(await repo.count(from(Post)), 1)
      await assert.rejects(
        repo.transaction(async () => {
          await assert.rejects(repo.rawExec(sql`select nothing`))
        }),
        { code: 'ZZZ_DB_FAILED' },
      )
      assert.equal(await repo.count(from(Post)), 1)
    })()
  })

  it('says what is wrong when a transaction waits for itself', async () => {
    await using given = await prepared(database)
    const { repo, sandbox } = given
    await sandbox.isolate(async () => {
      await assert.rejects(
        repo.transaction(() => repo.outside(() => tags(repo))),
        { code: 'ZZZ_DB_BUSY', message: /repo\.outside/ },
      )
    })()
  })
})
