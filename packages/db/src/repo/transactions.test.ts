import assert from 'node:assert/strict'
import { it } from 'node:test'
import { change } from '../changeset/changeset.ts'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { blogRepo, Post, Team } from './blog.suite.ts'
import { multi } from './multi.ts'

const names = from(Team)
  .orderBy((t) => t.id.asc())
  .select((t) => t.name)

describeDatabases('a transaction', (database) => {
  const start = async () => {
    const repo = await blogRepo(database)
    const add = (name: string) => repo.insertOrThrow(Team, { name })
    return { repo, add }
  }

  it('is committed when the function returns, and rolled back when it throws', async () => {
    const { repo, add } = await start()
    const value = await repo.transaction(async () => {
      assert.equal(repo.inTransaction(), true)
      await add('kept')
      return 7
    })
    assert.equal(value, 7)
    const failing = repo.transaction(async () => {
      await add('lost')
      throw new Error('enough')
    })
    await assert.rejects(failing, /^Error: enough$/)
    assert.equal(repo.inTransaction(), false)
    assert.deepEqual(await repo.all(names), ['kept'])
    await repo.stop()
  })

  it('is not entered by others, whose writes stay when it is rolled back', async () => {
    const { repo, add } = await start()
    const opened = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const failing = repo.transaction(async () => {
      await add('inside')
      opened.resolve()
      await go.promise
      throw new Error('rolled back')
    })
    await opened.promise
    // Acknowledged only after the open transaction on SQLite, beside it on PostgreSQL.
    const outside = add('outside')
    go.resolve()
    await assert.rejects(failing, /rolled back/)
    await outside
    assert.deepEqual(await repo.all(names), ['outside'])
    await repo.stop()
  })

  it('is not seen by others before its end', { skip: database.name === 'sqlite memory' }, async () => {
    const { repo, add } = await start()
    await repo.transaction(async () => {
      await add('inside')
      assert.deepEqual(await repo.all(names), ['inside'])
      assert.deepEqual(await repo.outside(() => repo.all(names)), [])
    })
    assert.deepEqual(await repo.all(names), ['inside'])
    await repo.stop()
  })

  it('inside another is a savepoint', async () => {
    const { repo, add } = await start()
    await repo.transaction(async () => {
      await add('a')
      const inner = repo.transaction(async () => {
        await add('b')
        await repo.transaction(() => add('c'))
        throw new Error('inner')
      })
      await assert.rejects(inner, /inner/)
      await repo.transaction(() => add('d'))
    })
    assert.deepEqual(await repo.all(names), ['a', 'd'])
    await repo.stop()
  })

  it('takes turns with what runs in parallel inside, two inner ones too', async () => {
    const { repo, add } = await start()
    await repo.transaction(async () => {
      await Promise.all([
        repo.transaction(async () => {
          await add('a1')
          await repo.all(names)
          await add('a2')
        }),
        assert.rejects(
          repo.transaction(async () => {
            await add('b1')
            throw new Error('b')
          }),
        ),
        add('c'),
        ...Array.from({ length: 20 }, () => repo.all(from(Post))),
      ])
    })
    assert.deepEqual((await repo.all(names)).sort(), ['a1', 'a2', 'c'])
    await repo.stop()
  })

  it('refuses what was left running after its end, by an error that says so', async () => {
    const { repo, add } = await start()
    const go = Promise.withResolvers<void>()
    let later: Promise<unknown> | undefined
    await repo.transaction(async () => {
      await add('inside')
      later = go.promise.then(() => add('late'))
    })
    go.resolve()
    await assert.rejects(async () => later, {
      code: 'ZZZ_DB_TRANSACTION_ENDED',
      message: /await it before the end/,
    })
    let nested: Promise<unknown> | undefined
    await repo.transaction(async () => {
      nested = repo.transaction(() => add('not awaited'))
      nested.catch(() => {})
    })
    await Promise.allSettled([nested])
    let free: Promise<unknown> | undefined
    await repo.transaction(async () => {
      free = repo.outside(() => Promise.resolve().then(() => add('free')))
    })
    await free
    const all = await repo.all(names)
    assert.ok(all.includes('free') && all.includes('inside') && !all.includes('late'))
    // Nothing is left open or locked.
    await add('after')
    await repo.stop()
  })

  it('calls hooks after the commit, in order, outside; those of a lost savepoint not', async () => {
    const { repo, add } = await start()
    const called: string[] = []
    const hook = (name: string) =>
      repo.afterCommit(async () => {
        assert.equal(repo.inTransaction(), false)
        called.push(name, ...(await repo.all(names)))
      })
    await repo.transaction(async () => {
      hook('outer')
      await repo.transaction(async () => hook('inner'))
      await assert.rejects(
        repo.transaction(async () => {
          hook('lost')
          throw new Error('x')
        }),
      )
      await add('t')
      assert.deepEqual(called, [])
    })
    assert.deepEqual(called, ['outer', 't', 'inner', 't'])
    const failing = repo.transaction(async () => {
      hook('never')
      throw new Error('x')
    })
    await assert.rejects(failing)
    assert.equal(called.includes('never'), false)
    await new Promise<void>((resolve) => repo.afterCommit(resolve))
    await repo.stop()
  })

  it('reports a hook that fails as a warning, for the transaction is committed', async () => {
    const { repo } = await start()
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    await repo.transaction(async () => {
      repo.afterCommit(() => {
        throw new Error('hook')
      })
    })
    assert.match((await warned).message, /A hook after a commit failed: hook/)
    await repo.stop()
  })

  it('may read only', async () => {
    const { repo, add } = await start()
    await add('a')
    const writing = repo.transaction(() => add('b'), { readOnly: true })
    await assert.rejects(writing, { code: 'ZZZ_DB_FAILED' })
    const read = await repo.transaction(() => repo.all(names), {
      readOnly: true,
      isolation: 'repeatable read',
    })
    assert.deepEqual(read, ['a'])
    await add('c')
    assert.deepEqual(await repo.all(names), ['a', 'c'])
    await repo.stop()
  })

  it('refuses options that are unknown or impossible, before it begins', async () => {
    const { repo } = await start()
    const impossible = [
      [{ isolation: 'snapshot; drop table teams' }, /option "isolation" has to be "read committed"/],
      [{ readOnly: 1 }, /option "readOnly" has to be true or false/],
      [{ retries: -1 }, /option "retries" has to be a whole number from 0/],
      [{ retry: 3 }, /no option "retry"; known are isolation, readOnly, retries/],
    ] as const
    for (const [options, message] of impossible) {
      const refused = repo.transaction(() => assert.fail('it ran'), options as never)
      await assert.rejects(refused, { code: 'ZZZ_DB_OPTION_INVALID', message })
    }
    await repo.stop()
  })

  it('is neither begun nor ended by raw SQL, which would leave it open for others or cut it in two', async () => {
    const { repo, add } = await start()
    for (const text of [
      'begin',
      ' -- now\n/* or never */ START  TRANSACTION',
      'end',
      'savepoint a',
      'rollback to a',
    ]) {
      await assert.rejects(repo.rawExec({ sql: text, parameters: [] }), {
        code: 'ZZZ_DB_QUERY',
        message: /repo\.transaction/,
      })
    }
    const cut = repo.transaction(async () => {
      await add('lost')
      await repo.rawExec(sql`commit`)
    })
    await assert.rejects(cut, { code: 'ZZZ_DB_QUERY' })
    assert.deepEqual(await repo.all(names), [])
    assert.deepEqual(await repo.rawAll(sql`select 1 as begin_of_it`), [{ begin_of_it: 1 }])
    await repo.stop()
  })

  it('fails as a whole when a deferred constraint refuses the commit', async () => {
    const { repo, add } = await start()
    await repo.rawExec(
      sql`create table node (id bigint primary key, parent bigint references node deferrable initially deferred)`,
    )
    const failing = repo.transaction(async () => {
      await add('with it')
      await repo.rawExec(sql`insert into node (id, parent) values (1, 2)`)
    })
    await assert.rejects(failing, { code: 'ZZZ_DB_CONSTRAINT' })
    assert.deepEqual(await repo.all(names), [])
    await add('after')
    await repo.stop()
  })

  it('does not count as committed when a statement in it failed and its error was caught', async () => {
    const { repo, add } = await start()
    await add('taken')
    const careless = repo.transaction(async () => {
      await add('first')
      await repo.rawExec(sql`insert into teams (id, name) values (1, 'twice')`).catch(() => {})
    })
    if (database.dialect === 'postgres') {
      await assert.rejects(careless, { code: 'ZZZ_DB_FAILED', message: /rolled the transaction back/ })
      assert.deepEqual(await repo.all(names), ['taken'])
    } else {
      await careless
      assert.deepEqual(await repo.all(names), ['taken', 'first'])
    }
    await repo.stop()
  })

  it('runs named steps, all or none', async () => {
    const { repo, add } = await start()
    const steps = multi()
      .step('first', () => add('first'))
      .step('second', ({ first }) => repo.insert(change(Team).put({ name: `after ${first.name}` })))
      .step('length', ({ second }) => second.name.length)
    const result = await repo.runMulti(steps)
    assert.ok(result.ok)
    assert.deepEqual([result.value.second.name, result.value.length], ['after first', 11])

    const invalid = change(Team).addError('name', 'is bad')
    const failing = multi()
      .append(steps)
      .step('third', () => repo.insert(invalid))
      .step('never', () => assert.fail())
    const failed = await repo.runMulti(failing)
    assert.ok(!failed.ok)
    assert.deepEqual([failed.failed, failed.reason, failed.done.length], ['third', invalid, 11])
    const throwing = steps.step('throws', () => {
      throw new Error('enough')
    })
    await assert.rejects(repo.runMulti(throwing), /enough/)
    assert.deepEqual(await repo.all(names), ['first', 'after first'])
    assert.throws(() => steps.step('first', () => 1), { code: 'ZZZ_DB_QUERY' })
    await repo.stop()
  })

  it('is tried again after a serialisation failure, as often as it was asked to', async () => {
    const { repo, add } = await start()
    const team = await add('0')
    let runs = 0
    const increment = () =>
      repo.transaction(
        async () => {
          runs += 1
          const { name } = await repo.getOrThrow(Team, team.id)
          await repo.updateOrThrow(change(Team, team).put({ name: String(Number(name) + 1) }))
        },
        { isolation: 'serializable', retries: 20 },
      )
    await Promise.all(Array.from({ length: 8 }, increment))
    assert.equal((await repo.getOrThrow(Team, team.id)).name, '8')
    assert.ok(runs >= 8)
    await repo.stop()
  })
})
