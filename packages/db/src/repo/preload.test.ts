import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { blogRepo, Post, seedBlog, Tag, User } from './blog.suite.ts'

const byId = from(User).orderBy((u) => u.id.asc())

describeDatabases('preloads', (database) => {
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
})
