import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { blogRepo, Post, seedBlog, User } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'
import { holdingChannel } from './holding.ts'
import { type QueryEvent, queryChannel } from './query-event.ts'
import { type QueryFinding, watchQueries } from './watch-queries.ts'

/** What the framework publishes for a request. */
const request = tracingChannel<object>('zzz:request').start

function listen(): { events: QueryEvent[] } & Disposable {
  const events: QueryEvent[] = []
  const handlers = { asyncEnd: (event: QueryEvent) => events.push(event) }
  queryChannel.subscribe(handlers)
  return { events, [Symbol.dispose]: () => queryChannel.unsubscribe(handlers) }
}

describeDatabases('zzz:query', (database) => {
  it('tells what ran, for whom, and where the time went', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    using listening = listen()
    await repo.all(from(User).where((u) => u.age.gte(18)))
    const [event] = listening.events
    assert(event !== undefined)
    assert.equal(event.database, 'repo')
    assert.equal(event.dialect, database.dialect)
    assert.match(event.text, /from "users"/)
    assert.equal(event.parameters, 1)
    assert.equal(event.rows, 1)
    assert.equal(event.inTransaction, false)
    assert.match(event.caller ?? '', /watch-queries\.test\.ts:\d+:\d+/)
    assert(event.waited >= 0 && event.ran > 0 && event.decoded >= 0)
    assert(Math.abs(event.duration - event.waited - event.ran - event.decoded) < 1e-6)
    await repo.stop()
  })

  it('names the caller of a preload and of a statement in a transaction, and an error', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    using listening = listen()
    await repo.all(from(User).preload('posts'))
    await repo.transaction(() => repo.updateAll(from(Post), { title: 'Same' }))
    await assert.rejects(repo.rawAll(sql`select nothing from nowhere`))
    assert.equal(listening.events.length, 4)
    for (const { caller } of listening.events) assert.match(caller ?? '', /watch-queries\.test\.ts/)
    assert.deepEqual(
      listening.events.map(({ inTransaction, rows }) => [inTransaction, rows]),
      [
        [false, 3],
        [false, 3],
        [true, 3],
        [false, undefined],
      ],
    )
    assert.match(String(listening.events[3]?.error), /nowhere/)
    await repo.stop()
  })

  it('counts the wait for a turn apart', async () => {
    const repo = await blogRepo(database)
    using listening = listen()
    const open = Promise.withResolvers<void>()
    await repo.transaction(async () => {
      const turn = repo.transaction(() => open.promise)
      const waiting = repo.rawAll(sql`select 1 as one`)
      const before = performance.now()
      setImmediate(() => open.resolve())
      await Promise.all([turn, waiting])
      const [event] = listening.events
      assert(event !== undefined && event.waited > 0 && event.waited <= performance.now() - before + 5)
      assert(event.waited > event.decoded)
    })
    await repo.stop()
  })
})

describeDatabases('connections', (database) => {
  it('tells how many there are', async () => {
    const repo = await blogRepo(database)
    const before = repo.connections()
    assert.equal(before.open, before.idle)
    await repo.transaction(() => {
      const { open, idle, waiting } = repo.connections()
      assert.equal(open - idle, 1)
      assert.equal(waiting, 0)
    })
    assert.deepEqual(repo.connections(), before)
    await repo.stop()
    assert.equal(repo.connections().open, 0)
  })
})

describeDatabases('watchQueries', (database) => {
  function watch(options: Parameters<typeof watchQueries>[0]) {
    const findings: QueryFinding[] = []
    const watching = watchQueries({ ...options, report: (finding) => findings.push(finding) })
    return { findings, [Symbol.dispose]: () => watching[Symbol.dispose]() }
  }

  it('reports what one request repeats, once, and not what many requests do', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    using watching = watch({ repeated: 3 })
    const postsOf = (id: number) => repo.all(from(Post).where((p) => p.userId.eq(id)))
    const handler = async (times: number) => {
      for (let id = 1; id <= times; id++) await postsOf(id)
    }
    for (let i = 0; i < 5; i++) await request.runStores({}, () => handler(3))
    await handler(10)
    assert.equal(watching.findings.length, 0)
    await Promise.all([request.runStores({}, () => handler(9)), request.runStores({}, () => handler(2))])
    const [finding] = watching.findings
    assert.equal(watching.findings.length, 1)
    assert.equal(finding?.kind, 'repeated')
    assert.match(finding?.text ?? '', /from "posts"/)
    assert.match(finding?.caller ?? '', /postsOf .*watch-queries\.test\.ts/)
    assert.match(finding?.message ?? '', /more than 3 times in one request/)
    await repo.stop()
  })

  it('reports slow statements', async () => {
    const repo = await blogRepo(database)
    using watching = watch({ slow: 0.000_001 })
    await repo.rawAll(sql`select 1 as one`)
    const [finding] = watching.findings
    assert.equal(finding?.kind, 'slow')
    assert.match(finding?.message ?? '', /^repo: \d+ ms, .*select 1 as one, from .*watch-queries\.test\.ts/)
    await repo.stop()
  })

  it('reports a transaction that is held for long, with what it did last, and not one that ends', async () => {
    const repo = await blogRepo(database)
    const found = Promise.withResolvers<QueryFinding>()
    using _watching = watchQueries({ held: 30, report: found.resolve })
    const finding = await repo.transaction(async () => {
      await repo.rawAll(sql`select 2 as two`)
      // The watching does not keep a process alive, so something else has to.
      using _alive = disposable(setInterval(() => {}, 1000))
      return found.promise
    })
    assert.equal(finding.kind, 'held')
    assert.equal(finding.text, 'select 2 as two')
    assert.match(finding.caller ?? '', /watch-queries\.test\.ts/)
    await repo.stop()
  })

  it('leaves nothing behind', async () => {
    const repo = await blogRepo(database)
    const watching = watchQueries()
    await repo.transaction(() => repo.rawAll(sql`select 1 as one`))
    watching[Symbol.dispose]()
    assert.deepEqual(
      [queryChannel.hasSubscribers, holdingChannel.hasSubscribers, request.hasSubscribers],
      [false, false, false],
    )
    await repo.stop()
  })
})

describe('watchQueries', () => {
  it('refuses wrong options, and warns by default', async () => {
    assert.throws(() => watchQueries({ slow: 0 }), { code: 'ZZZ_DB_OPTION_INVALID' })
    const repo = createRepo({ url: 'sqlite::memory:', schemas: [], name: 'other' })
    using _watching = watchQueries({ slow: 0.000_001 })
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    await repo.rawAll(sql`select 1 as one`)
    const { name, message } = await warned
    assert.equal(name, 'ZzzQueryWarning')
    assert.match(message, /^other: /)
    await repo.stop()
  })
})

function disposable(timer: NodeJS.Timeout): Disposable {
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
