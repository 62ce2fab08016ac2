import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { and, exists } from '../query/expression.ts'
import { avg, count, max, sum } from '../query/functions.ts'
import { from } from '../query/query.ts'
import { over, rank } from '../query/window.ts'
import { uuid } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { blogRepo, Post, PostTag, Profile, seedBlog, Tag, Team, User } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'

const byId = from(User).orderBy((u) => u.id.asc())
const emails = byId.select((u) => u.email)

describeDatabases('reads of a repo', (database) => {
  it('does not find keys that no row can have, and refuses those of the wrong kind', async () => {
    const Token = schema('tokens', { id: uuid().primaryKey() })
    const repo = createRepo({
      url: await database.create(),
      schemas: [User, Team, Post, Profile, Tag, PostTag, Token],
    })
    for (const key of [Number('abc'), Number('1e400'), 1.5, Number('12345678901234567890')]) {
      assert.equal(await repo.get(User, key), undefined)
      assert.equal(await repo.get(from(User).preload('posts'), key), undefined)
      await assert.rejects(repo.getOrThrow(User, key), { code: 'ZZZ_DB_NOT_FOUND', status: 404 })
    }
    assert.equal(await repo.get(Token, 'no uuid'), undefined)
    // Else a route that forgot to make a number of its text would answer 404 for ever.
    await assert.rejects(repo.get(User, '1' as never), { code: 'ZZZ_DB_VALUE' })
    await assert.rejects(repo.get(User, undefined as never), { code: 'ZZZ_DB_NULL' })
    await repo.stop()
  })

  it('counts groups, and refuses what differs within one', async () => {
    const repo = await blogRepo(database)
    const { ada } = await seedBlog(repo)
    const byUser = from(Post).groupBy((p) => p.userId)
    assert.equal(await repo.count(byUser), 2)
    assert.equal(await repo.count(byUser.limit(1)), 1)
    assert.equal(
      await repo.count(
        from(User)
          .innerJoin(Post, 'posts')
          .groupBy((u) => [u.id, u.age]),
      ),
      2,
    )
    assert.equal(await repo.count(byUser.having(() => count().gt(1)).select((p) => ({ user: p.userId }))), 1)
    const refused = { code: 'ZZZ_DB_QUERY', message: /posts\.(?:id|title) may differ within a group/ }
    await assert.rejects(repo.all(byUser), refused)
    await assert.rejects(repo.all(byUser.select((p) => ({ title: p.title, posts: count() }))), refused)
    await assert.rejects(repo.all(byUser.select(() => count()).orderBy((p) => p.title.asc())), refused)
    await assert.rejects(repo.count(byUser.having((p) => p.title.like('N%'))), refused)
    // The primary key is one row, and an expression may be what the group is.
    assert.equal((await repo.all(from(Post).groupBy((p) => p.id))).length, 3)
    const ageless = from(User)
      .groupBy((u) => u.age.isNull())
      .select((u) => ({ ageless: u.age.isNull(), users: count() }))
    assert.equal((await repo.all(ageless)).length, 2)
    const perUser = from(User)
      .leftJoin(Post, 'posts')
      .groupBy((u) => u.id)
      .orderBy((u, p) => [count(p.id).desc(), u.email.asc()])
      .select((u, p) => ({ email: u.email, posts: count(p.id) }))
    assert.deepEqual((await repo.all(perUser))[0], { email: ada.email, posts: 2 })
    await repo.stop()
  })

  it('orders different rows by what they show only', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    const users = from(Post)
      .distinct()
      .select((p) => p.userId)
    await assert.rejects(repo.all(users.orderBy((p) => p.title.asc())), {
      code: 'ZZZ_DB_QUERY',
      message: /posts\.title, which is not selected/,
    })
    assert.equal((await repo.all(users.orderBy((p) => p.userId.asc()))).length, 2)
    assert.equal(
      (
        await repo.all(
          from(Post)
            .distinct()
            .orderBy((p) => p.title.asc()),
        )
      ).length,
      3,
    )
    await repo.stop()
  })

  it('takes a backslash at the end of a pattern as one', async () => {
    const repo = await blogRepo(database)
    await repo.insertAll(Team, [{ name: 'a\\' }, { name: 'b\\\\' }, { name: 'c%' }])
    for (const method of ['like', 'ilike'] as const) {
      const found = (pattern: string) =>
        repo.all(
          from(Team)
            .where((t) => t.name[method](pattern))
            .orderBy((t) => t.id.asc())
            .select((t) => t.name),
        )
      assert.deepEqual(await found('%\\'), ['a\\', 'b\\\\'])
      assert.deepEqual(await found('%\\\\'), ['a\\', 'b\\\\'])
      assert.deepEqual(await found('_\\\\\\'), ['b\\\\'])
      assert.deepEqual(await found('%\\%'), ['c%'])
      assert.deepEqual(await found('\\'), [])
    }
    await repo.stop()
  })

  it('matches whatever the case of letters, of all alphabets', async () => {
    const repo = await blogRepo(database)
    await repo.insertAll(Team, [{ name: 'ÄRGER' }, { name: 'Ярослав' }, { name: 'ΟΔΟΣ 5' }, { name: 'a_b%' }])
    const found = (pattern: string) =>
      repo.all(
        from(Team)
          .where((t) => t.name.ilike(pattern))
          .select((t) => t.name),
      )
    assert.deepEqual(await found('ärg_r'), ['ÄRGER'])
    assert.deepEqual(await found('%РОС%'), ['Ярослав'])
    assert.deepEqual(await found('%σ%'), ['ΟΔΟΣ 5'])
    assert.deepEqual(await found('A\\_B\\%'), ['a_b%'])
    assert.deepEqual(await found('arger'), [])
    await repo.stop()
  })

  it('finds rows by every condition, the same ones on every database', async () => {
    const repo = await blogRepo(database)
    const { ada, bob, eve } = await seedBlog(repo)
    const found = async (query: typeof byId) => (await repo.all(query)).map((row) => row.id)
    const where = (condition: Parameters<typeof byId.where>[0]) => found(byId.where(condition))
    const [a, b, e] = [ada.id, bob.id, eve.id]
    assert.deepEqual(await where((u) => u.age.neq(17)), [a])
    assert.deepEqual(await where((u) => u.age.isNull()), [e])
    assert.deepEqual(await where((u) => u.age.in([36, null])), [a, e])
    assert.deepEqual(await where((u) => u.age.in([])), [])
    assert.deepEqual(await where((u) => u.age.notIn([])), [a, b, e])
    assert.deepEqual(await where((u) => u.age.notIn([36])), [b])
    assert.deepEqual(await where((u) => u.age.notIn([36, null])), [b])
    assert.deepEqual(await where((u) => u.age.between(17, 36)), [a, b])
    assert.deepEqual(await where((u) => u.email.in(['ada@example.org', `'`])), [a])
    assert.deepEqual(await where((u) => u.email.like('a%')), [a])
    assert.deepEqual(await where((u) => u.email.like('A%')), [])
    assert.deepEqual(await where((u) => u.email.ilike('A_A@%')), [a])
    assert.deepEqual(await where((u) => u.email.like('%\\%%')), [])
    assert.deepEqual(await where((u) => u.active.eq(false)), [b])
    assert.deepEqual(await where((u) => u.insertedAt.eq(ada.insertedAt)).then((ids) => ids.includes(a)), true)
    assert.deepEqual(await where((u) => u.insertedAt.gt(new Date(Date.now() + 1000))), [])
    // Team ids of users: one of them is NULL, which does not exclude everything.
    const teamIds = from(User, { as: 'other' }).select((o) => o.teamId)
    assert.deepEqual(await repo.all(from(Team).where((t) => t.id.notIn(teamIds))), [])
    await repo.insertOrThrow(Team, { name: 'Empty' })
    assert.equal(await repo.count(from(Team).where((t) => t.id.notIn(teamIds))), 1)
    assert.deepEqual(
      await where((u) => exists(from(Post).where((p) => and(p.userId.eq(u.id), p.price.eq('12.5'))))),
      [a],
    )
    // NULL sorts last upwards and first downwards.
    assert.deepEqual(await found(from(User).orderBy((u) => u.age.asc())), [b, a, e])
    assert.deepEqual(await found(from(User).orderBy((u) => u.age.desc())), [e, a, b])
    assert.deepEqual(await found(from(User).orderBy((u) => u.age.asc({ nulls: 'first' }))), [e, b, a])
    assert.deepEqual(await found(byId.limit(1).offset(1)), [b])
    assert.deepEqual(await found(byId.offset(2)), [e])
    await repo.stop()
  })

  it('selects values, objects and whole rows over joins', async () => {
    const repo = await blogRepo(database)
    const { ada, team } = await seedBlog(repo)
    assert.deepEqual(await repo.all(emails.limit(2)), ['ada@example.org', 'bob@example.org'])
    const joined = from(User)
      .leftJoin(Team, 'team')
      .leftJoin(Profile, 'profile')
      .orderBy((u) => u.id.asc())
      .select((u, t, p) => ({ who: { email: u.email, team: t }, bio: p.bio }))
    assert.deepEqual(await repo.all(joined), [
      { who: { email: 'ada@example.org', team }, bio: 'Mathematician' },
      { who: { email: 'bob@example.org', team }, bio: null },
      { who: { email: 'eve@example.org', team: null }, bio: null },
    ])
    const right = from(Profile)
      .rightJoin(User, 'user')
      .where((_p, u) => u.age.isNull())
      .select((p, u) => ({ p, email: u.email }))
    assert.deepEqual(await repo.all(right), [{ p: null, email: 'eve@example.org' }])
    const full = from(Profile)
      .fullJoin(User, 'user')
      .select((p, u) => ({ p: p.id, u: u.id }))
    assert.equal((await repo.all(full)).length, 3)
    // A column that cannot be NULL may be, behind an outer join, and then has the place of NULL.
    const sorted = from(User)
      .leftJoin(Team, 'team')
      .orderBy((u, t) => [t.name.asc(), u.id.asc()])
    assert.deepEqual(await repo.all(sorted.select((_u, t) => t.name)), [team.name, team.name, null])
    const ranks = from(User)
      .leftJoin(Team, 'team')
      .orderBy((u) => u.id.asc())
      .select((_u, t) => over(rank(), { orderBy: [t.name.desc()] }))
    assert.deepEqual(await repo.all(ranks), [2, 2, 1])
    const groups = from(Post)
      .innerJoin(User, 'user')
      .groupBy((_p, u) => u.email)
      .having(() => count().gt(1))
      .select((_p, u) => ({ email: u.email, posts: count() }))
    assert.deepEqual(await repo.all(groups), [{ email: 'ada@example.org', posts: 2 }])
    assert.deepEqual(await repo.one(from(groups, { as: 'g' }).select((g) => g.posts)), 2)
    assert.equal((await repo.one(from(User).where((u) => u.id.eq(ada.id))))?.email, 'ada@example.org')
    await assert.rejects(repo.one(from(User)), { code: 'ZZZ_DB_MANY_ROWS' })
    await assert.rejects(repo.oneOrThrow(from(User).where((u) => u.id.eq(0))), { code: 'ZZZ_DB_NOT_FOUND' })
    await repo.stop()
  })

  it('counts and aggregates, limits and groups included', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    assert.equal(await repo.count(from(User)), 3)
    assert.equal(await repo.count(byId.limit(2)), 2)
    assert.equal(await repo.count(from(User).where((u) => u.id.lt(0))), 0)
    assert.equal(
      await repo.count(
        from(User)
          .distinct()
          .select((u) => ({ team: u.teamId })),
      ),
      2,
    )
    assert.equal(await repo.aggregate(from(User), (u) => max(u.age)), 36)
    assert.equal(await repo.aggregate(from(User), (u) => count({ filter: u.age.lt(36) })), 1)
    assert.equal(await repo.aggregate(from(User), (u) => sum(u.age)), 53)
    assert.equal(await repo.aggregate(from(User), (u) => avg(u.age)), 26.5)
    assert.equal(
      await repo.aggregate(
        from(User).where((u) => u.id.lt(0)),
        (u) => sum(u.age),
      ),
      null,
    )
    assert.equal(await repo.aggregate(from(User), (u) => count(u.teamId, { distinct: true })), 1)
    assert.equal(await repo.exists(from(User).where((u) => u.age.gt(35))), true)
    assert.equal(await repo.exists(from(User).where((u) => u.age.gt(36))), false)
    await repo.stop()
  })

  it('streams a batch at a time, and lets go however the loop ends', async () => {
    const repo = await blogRepo(database)
    await repo.insertAll(
      Tag,
      Array.from({ length: 1205 }, (_, i) => ({ name: `t${i}` })),
    )
    const ordered = from(Tag).orderBy((t) => t.id.asc())
    const names: string[] = []
    for await (const tag of repo.stream(ordered, { batch: 100 })) {
      names.push(tag.name)
      // Others go on meanwhile.
      if (names.length === 150) await repo.insertOrThrow(Team, { name: 'meanwhile' })
    }
    assert.equal(names.length, 1205)
    assert.deepEqual([names[0], names.at(-1)], ['t0', 't1204'])
    for (let round = 0; round < 20; round++) {
      for await (const tag of repo.stream(ordered, { batch: 2 })) if (tag.name === 't3') break
    }
    const failing = async () => {
      for await (const _ of repo.stream(ordered)) throw new Error('in the loop')
    }
    await assert.rejects(failing(), /in the loop/)
    await repo.transaction(async () => {
      await repo.insertOrThrow(Tag, { name: 'inside' })
      let seen = 0
      for await (const tag of repo.stream(ordered, { batch: 500 })) seen += tag.name === 'inside' ? 1 : 0
      assert.equal(seen, 1)
    })
    await seedBlog(repo)
    for await (const user of repo.stream(byId.preload('posts'), { batch: 2 }))
      assert.ok(Array.isArray(user.posts))
    await repo.stop()
  })
})
