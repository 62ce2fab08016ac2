import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Changeset, cast, change } from '../changeset/changeset.ts'
import { ConstraintError } from '../errors.ts'
import { describeDatabases } from '../internal/databases.suite.ts'
import { and, exists } from '../query/expression.ts'
import { avg, count, max, sum } from '../query/functions.ts'
import { from } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { belongsTo, hasMany, manyToMany } from '../schema/association.ts'
import { bigint, id, integer, text, uuid } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { blogRepo, Post, PostTag, Profile, seedBlog, Tag, Team, User } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'

const byId = from(User).orderBy((u) => u.id.asc())
const emails = byId.select((u) => u.email)

describeDatabases('a repo', (database) => {
  it('inserts, finds, updates, deletes', async () => {
    const repo = await blogRepo(database)
    const before = Date.now()
    const inserted = await repo.insert(User, { email: 'ada@example.org', age: 36 })
    assert.ok(inserted.ok)
    const { value: ada } = inserted
    assert.equal(ada.active, true)
    assert.equal(ada.teamId, null)
    assert.ok(ada.insertedAt.getTime() >= before)
    assert.deepEqual(await repo.get(User, ada.id), ada)
    assert.deepEqual(await repo.getOrThrow(User, ada.id), ada)
    assert.deepEqual(await repo.getBy(User, { email: 'ada@example.org', teamId: null }), ada)
    assert.equal(await repo.get(User, 99), undefined)
    assert.equal(await repo.getBy(User, { email: 'x' }), undefined)
    await assert.rejects(repo.getOrThrow(User, 99), { code: 'ZZZ_DB_NOT_FOUND', status: 404 })

    const updated = await repo.update(change(User, ada).put({ age: null, settings: { theme: 'dark' } }))
    assert.ok(updated.ok)
    assert.deepEqual(
      { ...updated.value, updatedAt: 0 },
      { ...ada, age: null, settings: { theme: 'dark' }, updatedAt: 0 },
    )
    assert.deepEqual(await repo.reload(User, ada), updated.value)
    // Without changes nothing is written, not even the time.
    assert.equal(await repo.updateOrThrow(change(User, ada)), ada)

    assert.deepEqual(await repo.deleteOrThrow(User, ada), updated.value)
    assert.equal(await repo.exists(from(User)), false)
    for (const gone of [repo.updateOrThrow(change(User, ada).put({ age: 1 })), repo.delete(User, ada)]) {
      await assert.rejects(gone, { code: 'ZZZ_DB_STALE', status: 409 })
    }
    await assert.rejects(repo.reload(User, ada), { code: 'ZZZ_DB_NOT_FOUND' })
    await repo.stop()
  })

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

  it('turns the constraints that a changeset names into errors of its fields', async () => {
    const repo = await blogRepo(database)
    const { ada } = await seedBlog(repo)
    const taken = change(User).put({ email: ada.email })
    const errors = async (changeset: Changeset<typeof User>) => {
      const result = await repo.insert(changeset)
      assert.ok(!result.ok)
      assert.equal(result.changeset.valid, false)
      return result.changeset.errors
    }
    assert.deepEqual(await errors(taken.uniqueConstraint('email')), {
      email: [{ message: 'has already been taken', params: { constraint: 'unique' } }],
    })
    const named = taken.uniqueConstraint('email', { name: 'users_email_index', message: 'is taken' })
    assert.equal((await errors(named)).email?.[0]?.message, 'is taken')
    const check = change(User).put({ email: 'x', age: -1 }).checkConstraint('age', { name: 'sane_age' })
    assert.deepEqual(Object.keys(await errors(check)), ['age'])
    const empty = change(Team).notNullConstraint('name')
    const unnamed = await repo.insert(empty)
    assert.ok(!unnamed.ok)
    assert.deepEqual(unnamed.changeset.errors, {
      name: [{ message: `can't be blank`, params: { constraint: 'notNull' } }],
    })
    const orphan = change(User).put({ email: 'x', teamId: 99 }).foreignKeyConstraint('teamId')
    assert.deepEqual(Object.keys(await errors(orphan)), ['teamId'])
    await assert.rejects(repo.insertOrThrow(taken.uniqueConstraint('email')), {
      code: 'ZZZ_DB_INVALID',
      status: 422,
      message: /users was refused: email has already been taken/,
    })

    // What it does not name is an error to throw.
    await assert.rejects(repo.insert(taken), (error: unknown) => {
      assert.ok(error instanceof ConstraintError)
      assert.deepEqual(
        { kind: error.facts.kind, constraint: error.facts.constraint, columns: error.facts.columns },
        { kind: 'unique', constraint: 'users_email_index', columns: ['email'] },
      )
      return true
    })
    await assert.rejects(repo.insert(taken.uniqueConstraint('email', { name: 'other' })), {
      code: 'ZZZ_DB_CONSTRAINT',
    })
    await assert.rejects(repo.insert(taken.uniqueConstraint(['email', 'age'])), { code: 'ZZZ_DB_CONSTRAINT' })
    await assert.rejects(repo.rawExec(sql`insert into teams (name) values (${null})`), {
      code: 'ZZZ_DB_CONSTRAINT',
    })

    // A changeset with errors is not written.
    const refused = await repo.insert(change(User).put({ email: 'y' }).addError('email', 'is bad'))
    assert.ok(!refused.ok)
    assert.equal(await repo.getBy(User, { email: 'y' }), undefined)
    await repo.stop()
  })

  it('does not spoil a transaction by a constraint that a changeset names', async () => {
    const repo = await blogRepo(database)
    const { ada } = await seedBlog(repo)
    await repo.transaction(async () => {
      const result = await repo.insert(change(User).put({ email: ada.email }).uniqueConstraint('email'))
      assert.equal(result.ok, false)
      await repo.insertOrThrow(Team, { name: 'Still here' })
    })
    assert.ok(await repo.getBy(Team, { name: 'Still here' }))
    await repo.stop()
  })

  it('writes what was cast, without virtual fields, and refuses a row that someone else has updated', async () => {
    const url = await database.create()
    const Page = schema('pages', {
      id: id(),
      title: text(),
      secret: text().virtual(),
      version: integer().default(1),
    })
    const repo = createRepo({ url, schemas: [Page] })
    const serial =
      database.dialect === 'sqlite'
        ? 'integer primary key'
        : 'bigint generated by default as identity primary key'
    await repo.rawExec({
      sql: `create table pages (id ${serial}, title text not null, version bigint not null)`,
      parameters: [],
    })
    const page = await repo.insertOrThrow(cast(Page, { title: 'One', secret: 'x' }, ['title', 'secret']))
    assert.deepEqual(page, { id: 1, title: 'One', version: 1 })
    const edit = (title: string) =>
      repo.update(
        change(Page, page).cast({ title, secret: 'y' }, ['title', 'secret']).optimisticLock('version'),
      )
    const [first, second] = await Promise.allSettled([edit('Two'), edit('Three')])
    assert.deepEqual(first.status === 'fulfilled' && first.value, {
      ok: true,
      value: { id: 1, title: 'Two', version: 2 },
    })
    assert.equal(second.status === 'rejected' && second.reason.code, 'ZZZ_DB_STALE')
    // Only a virtual field changes: nothing is written.
    assert.equal(await repo.updateOrThrow(change(Page, page).put({ secret: 'z' })), page)
    await repo.stop()
  })

  it('inserts as many rows as it is given, also where none of them names a field', async () => {
    const Tick = schema('ticks', { id: id(), note: text().nullable() })
    const repo = createRepo({ url: await database.create(), schemas: [Tick] })
    const key =
      database.dialect === 'sqlite'
        ? 'integer primary key'
        : 'bigint generated by default as identity primary key'
    await repo.rawExec({ sql: `create table ticks (id ${key}, note text)`, parameters: [] })
    assert.equal(await repo.insertAll(Tick, [{}, {}, {}]), 3)
    assert.equal(await repo.count(from(Tick)), 3)
    await repo.stop()
  })

  it('inserts many rows, all or none, and leaves conflicts be or takes the new values', async () => {
    const repo = await blogRepo(database)
    const rows = Array.from({ length: 2500 }, (_, i) => ({ email: `u${i}`, age: i }))
    assert.equal(await repo.insertAll(User, rows), 2500)
    assert.equal(await repo.insertAll(User, []), 0)
    assert.equal(await repo.count(from(User)), 2500)
    const more = [...Array.from({ length: 2000 }, (_, i) => ({ email: `v${i}` })), { email: 'u7' }]
    await assert.rejects(repo.insertAll(User, more), { code: 'ZZZ_DB_CONSTRAINT' })
    assert.equal(await repo.count(from(User)), 2500)
    assert.equal(await repo.insertAll(User, more, { onConflict: 'ignore' }), 2000)
    const changed = [
      { email: 'u1', age: 100 },
      { email: 'new', age: 101 },
    ]
    await repo.insertAll(User, changed, { onConflict: { target: ['email'], replace: ['age'] } })
    assert.equal((await repo.getBy(User, { email: 'u1' }))?.age, 100)
    assert.equal((await repo.getBy(User, { email: 'new' }))?.age, 101)
    await assert.rejects(
      repo.insertAll(User, [
        { email: 'a', age: 1 },
        { email: 'b', id: 9e6 },
      ]),
      {
        code: 'ZZZ_DB_VALUE',
        message: /users\.id is missing in one row/,
      },
    )
    await assert.rejects(repo.insertAll(User, [{ email: 'c', nope: 1 } as never]), { code: 'ZZZ_DB_QUERY' })
    await assert.rejects(repo.insertAll(User, [{ email: null } as never]), { code: 'ZZZ_DB_VALUE' })
    await repo.stop()
  })

  it('upserts', async () => {
    const repo = await blogRepo(database)
    const put = (age: number) =>
      repo.upsert(change(User).put({ email: 'ada', age }), {
        target: ['email'],
        replace: ['age', 'updatedAt'],
      })
    const first = await put(1)
    const second = await put(2)
    assert.ok(first.ok && second.ok)
    assert.equal(second.value.id, first.value.id)
    assert.deepEqual([first.value.age, second.value.age], [1, 2])
    assert.deepEqual(second.value.insertedAt, first.value.insertedAt)
    await repo.stop()
  })

  it('updates and deletes all rows of a query', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    const grown = await repo.updateAll(
      from(User).where((u) => u.age.isNotNull()),
      (u) => ({ age: sql`${u.age} + ${1}` }),
    )
    assert.equal(grown, 2)
    assert.equal(await repo.aggregate(from(User), (u) => sum(u.age)), 55)
    assert.equal(
      await repo.updateAll(
        from(User).where((u) => u.age.gt(36)),
        { active: false, settings: null },
      ),
      1,
    )
    await assert.rejects(repo.updateAll(from(User), {}), { code: 'ZZZ_DB_QUERY' })
    await assert.rejects(repo.updateAll(from(User).limit(1), { age: 1 }), {
      code: 'ZZZ_DB_QUERY',
      message: /subquery/,
    })
    await assert.rejects(repo.deleteAll(from(Post).innerJoin(User, 'user')), { code: 'ZZZ_DB_QUERY' })
    assert.equal(await repo.deleteAll(from(PostTag)), 3)
    assert.equal(await repo.deleteAll(from(Post).where((p) => p.title.eq('Engines'))), 1)
    assert.equal(await repo.count(from(Post)), 2)
    await repo.stop()
  })

  it('preloads every kind of association, nested, with one query each', async () => {
    const repo = await blogRepo(database)
    const { ada, bob, eve } = await seedBlog(repo)
    const users = await repo.all(
      byId.preload({ team: { posts: true }, profile: true, posts: { tags: true } }),
    )
    const shape = users.map(({ id, team, profile, posts }) => ({
      id,
      team: team?.posts.map(({ title }) => title),
      bio: profile?.bio,
      posts: posts.map(({ title, tags }) => [title, ...tags.map(({ name }) => name)]),
    }))
    const teamPosts = ['Notes', 'Engines', 'notes too']
    assert.deepEqual(shape, [
      {
        id: ada.id,
        team: teamPosts,
        bio: 'Mathematician',
        posts: [
          ['Notes', 'maths', 'machines'],
          ['Engines', 'machines'],
        ],
      },
      { id: bob.id, team: teamPosts, bio: undefined, posts: [['notes too']] },
      { id: eve.id, team: undefined, bio: undefined, posts: [] },
    ])
    const [first] = await repo.all(
      byId.preload({
        posts: from(Post)
          .where((p) => p.title.like('E%'))
          .preload('user'),
      }),
    )
    assert.deepEqual(
      first?.posts.map(({ title, user }) => [title, user?.email]),
      [['Engines', 'ada@example.org']],
    )

    const rows = [{ ...ada }, { ...eve }]
    const loaded = await repo.preload(User, rows, { posts: true })
    assert.deepEqual(
      loaded.map(({ posts }) => posts.length),
      [2, 0],
    )
    assert.deepEqual(
      await repo.get(from(User).preload('team'), ada.id).then((user) => user?.team?.name),
      'Analysts',
    )

    await assert.rejects(repo.all(from(User).preload({ nope: true } as never)), { code: 'ZZZ_DB_SCHEMA' })
    await assert.rejects(
      repo.all(
        from(User)
          .preload('posts')
          .select((u) => u.id),
      ),
      { code: 'ZZZ_DB_QUERY' },
    )
    await assert.rejects(repo.all(from(User).preload({ posts: from(Tag) } as never)), {
      code: 'ZZZ_DB_QUERY',
    })
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

  it('runs SQL of your own', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    const rows = await repo.rawAll(sql`select email, age from users where age > ${17} order by age`)
    assert.deepEqual(rows, [{ email: 'ada@example.org', age: 36 }])
    assert.deepEqual(
      await repo.rawOne(sql`select count(*) as n from users where email in (${'x'}, ${'ada@example.org'})`),
      { n: 1 },
    )
    assert.equal(await repo.rawOne(sql`select 1 as one where 1 = 2`), undefined)
    assert.equal(await repo.rawExec(sql`update users set age = ${1} where age = ${36}`), 1)
    const mark = database.dialect === 'sqlite' ? '?' : '$1'
    assert.equal(
      await repo.rawExec({ sql: `delete from profiles where bio = ${mark}`, parameters: ['Mathematician'] }),
      1,
    )
    await assert.rejects(repo.rawAll('select 1' as never), { code: 'ZZZ_DB_QUERY' })
    await assert.rejects(repo.rawAll(sql`selct 1`), { code: 'ZZZ_DB_FAILED', message: /selct 1/ })
    // SQLite alone would run the first one and forget the other.
    await assert.rejects(repo.rawExec(sql`delete from tags where id = ${0}; delete from tags`), {
      code: database.dialect === 'sqlite' ? 'ZZZ_DB_QUERY' : 'ZZZ_DB_FAILED',
    })
    assert.equal(await repo.rawExec(sql`delete from tags where id = 0; -- nothing more`), 0)
    assert.deepEqual(await repo.rawOne(sql`select 9007199254740993 as big, 5 as small`), {
      big: 9007199254740993n,
      small: 5,
    })
    assert.equal(await repo.count(from(User)), 3)
    await repo.stop()
  })

  it('explains a query and shows its SQL', async () => {
    const repo = await blogRepo(database)
    const query = from(User)
      .where((u) => u.id.eq(7))
      .select((u) => u.email)
    const { text, parameters } = repo.toSql(query)
    assert.match(text, /^select "users"\."email" as "value" from "users" where "users"\."id" = (?:\?|\$1)$/)
    assert.deepEqual(parameters, [7])
    assert.match(await repo.explain(query), /users/)
    await repo.stop()
  })

  it('passes every query through prepareQuery', async () => {
    const url = await database.create()
    await (await blogRepo(database, { url })).transaction(() => undefined)
    const Account = schema('teams', { id: id(), name: text() }, { members: hasMany('users') })
    const Member = schema(
      'users',
      { id: id(), teamId: integer().nullable(), email: text() },
      { team: belongsTo('teams') },
    )
    const purposes: string[] = []
    const repo = createRepo({
      url: database.name === 'sqlite memory' ? await database.create() : url,
      schemas: [Account, Member],
      prepareQuery(query, purpose) {
        purposes.push(purpose)
        return query.where(() => sql`1 = 0`)
      },
    })
    if (database.name === 'sqlite memory') {
      await repo.rawExec(sql`create table teams (id integer primary key, name text not null)`)
      await repo.rawExec(sql`create table users (id integer primary key, team_id integer, email text)`)
    }
    await repo.insertOrThrow(Account, { name: 'A' })
    assert.deepEqual(await repo.all(from(Account)), [])
    assert.equal(await repo.count(from(Account)), 0)
    assert.equal(await repo.updateAll(from(Account), { name: 'B' }), 0)
    assert.equal(await repo.deleteAll(from(Account)), 0)
    const [loaded] = await repo.preload(Account, [{ id: 1, name: 'A' }], { members: true })
    assert.deepEqual(loaded?.members, [])
    for await (const _ of repo.stream(from(Account))) assert.fail()
    assert.deepEqual(purposes, ['read', 'read', 'update', 'delete', 'preload', 'read'])
    await repo.stop()
  })

  it('refuses work after it was stopped', async () => {
    const repo = await blogRepo(database)
    await repo.stop()
    await assert.rejects(async () => repo.all(from(User)), { code: 'ZZZ_DB_STOPPED' })
    await assert.rejects(
      repo.transaction(() => undefined),
      { code: 'ZZZ_DB_STOPPED' },
    )
    await repo.stop()
  })
})

it('createRepo refuses schemas that do not fit together, and URLs that it cannot read', () => {
  const url = 'sqlite::memory:'
  const refused = (schemas: unknown, message: RegExp) => {
    assert.throws(() => createRepo({ url, schemas: schemas as [] }), { code: 'ZZZ_DB_SCHEMA', message })
  }
  refused([User], /users\.posts leads to posts, which is not among/)
  refused([Team, Team], /two schemas are named teams/)
  const Keyless = schema('keyless', { n: integer() }, { tags: manyToMany('tags', { through: 'post_tags' }) })
  refused(
    [Keyless, Tag, PostTag, Post, User, Team, Profile],
    /keyless\.tags: post_tags has 0 belongsTo to keyless/,
  )
  for (const wrong of ['', 'app.db', 'mysql://x', 'sqlite:', 'postgres:']) {
    assert.throws(() => createRepo({ url: wrong, schemas: [] }), { code: 'ZZZ_DB_URL' })
  }
  assert.throws(
    () => createRepo({ url: 'mysql://root:secret@host/db', schemas: [] }),
    (error: Error) => {
      assert.doesNotMatch(error.message, /secret/)
      return true
    },
  )
  assert.throws(() => createRepo({ url, schemas: [], poolSize: 1 } as never), {
    code: 'ZZZ_DB_OPTION_INVALID',
  })
  assert.throws(() => createRepo({ url, schemas: [], postgres: { size: 0 } }), {
    code: 'ZZZ_DB_OPTION_INVALID',
  })
})

describeDatabases('integers beyond what a number holds', (database) => {
  it('are an error for a number, and exact as bigint', async () => {
    const Number53 = schema('big', { id: id(), n: integer() })
    const Number64 = schema('wide', { id: id(), n: bigint() }, {}, { table: 'big' })
    const repo = createRepo({ url: await database.create(), schemas: [Number53, Number64] })
    await repo.rawExec(sql`create table big (id bigint primary key, n bigint not null)`)
    await repo.insertAll(Number64, [{ id: 1, n: 2n ** 53n + 1n }])
    assert.deepEqual(await repo.all(from(Number64)), [{ id: 1, n: 2n ** 53n + 1n }])
    await assert.rejects(repo.all(from(Number53)), {
      code: 'ZZZ_DB_VALUE',
      message: /bigint\(\)/,
    })
    await repo.stop()
  })
})
