import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { blogRepo, Post, Profile, Tag, Team, User } from '../repo/blog.suite.ts'
import { factory, parent } from './factory.ts'

const teams = factory(Team, { name: (n) => `Team ${n}` })
const users = factory(User, { email: (n) => `user${n}@example.org`, age: 30, teamId: parent(teams) })
const posts = factory(Post, { title: 'Notes', userId: parent(users, { age: 99 }) })

describeDatabases('factory', (database) => {
  it('inserts rows with values, sequences and parents, and takes what is given instead', async () => {
    const repo = await blogRepo(database)
    const post = await posts.insert(repo, { price: '2' })
    const [author] = await repo.all(from(User).preload('team'))
    assert.deepEqual([post.userId, post.price, author?.age], [author?.id, '2.00', 99])
    assert.match(author?.team?.name ?? '', /^Team \d+$/)

    const loner = await users.insert(repo, { teamId: null, age: (n) => n })
    assert.equal(loner.teamId, null)
    assert.equal(await repo.count(from(Team)), 1)

    const many = await users.with({ active: false, teamId: author?.teamId ?? null }).insertMany(repo, 3)
    assert.equal(new Set([...many, loner].map(({ email }) => email)).size, 4)
    assert.deepEqual(
      many.map(({ active }) => active),
      [false, false, false],
    )
    assert.equal(await repo.count(from(Team)), 1)
    await repo.stop()
  })

  it('inserts all or nothing', async () => {
    const repo = await blogRepo(database)
    await assert.rejects(posts.insert(repo, { title: null as never }), { code: 'ZZZ_DB_VALUE' })
    assert.equal(await repo.count(from(User)), 0)
    await repo.stop()
  })
})

it('factory builds values without a database', () => {
  const profiles = factory(Profile, { userId: parent(users), bio: (n) => `Bio ${n}` })
  assert.deepEqual(profiles.build(), { bio: 'Bio 1' })
  assert.deepEqual(profiles.with({ bio: 'x' }).build({ userId: 5 }), { userId: 5, bio: 'x' })
  assert.deepEqual(profiles.build(), { bio: 'Bio 3' })
})

it('factory types: what a row needs has to be there, and nothing else', () => {
  // @ts-expect-error: a user needs an e-mail
  factory(User, { age: 3 })
  // @ts-expect-error: a name is a text
  factory(Tag, { name: 5 })
  // @ts-expect-error: there is no such field
  users.build({ colour: 'red' })
})
