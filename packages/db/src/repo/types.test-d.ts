import { castSchema } from '../changeset/cast-schema.ts'
import { change } from '../changeset/changeset.ts'
import { cte } from '../query/combine.ts'
import { count, max } from '../query/functions.ts'
import { from } from '../query/query.ts'
import { belongsTo } from '../schema/association.ts'
import { id, integer, text, uuid } from '../schema/fields.ts'
import { type Row, schema } from '../schema/schema.ts'
import { Post, Profile, same, User } from '../schema/types.suite.ts'
import { createRepo } from './create-repo.ts'
import { multi } from './multi.ts'

const Token = schema('tokens', { token: uuid().primaryKey(), note: text() })
const repo = createRepo({ url: 'sqlite::memory:', schemas: [User, Post, Profile, Token] })
// @ts-expect-error posts and profiles are not among the schemas
createRepo({ url: '', schemas: [User] })
// @ts-expect-error no such option
createRepo({ url: '', schemas: [], sqllite: {} })

export async function reads() {
  same<Awaited<ReturnType<typeof repo.get<typeof User, []>>>, Row<typeof User> | undefined>()
  const all = await repo.all(from(User))
  same<(typeof all)[number]['role'], 'admin' | 'member'>()
  const user = await repo.getOrThrow(User, 1)
  // @ts-expect-error the parameter of a route is a text
  await repo.get(User, '1')
  // @ts-expect-error a key is not undefined
  await repo.getOrThrow(from(User), undefined)
  await repo.get(Token, 'x')
  // @ts-expect-error a text
  await repo.get(Token, 1)
  await repo.getBy(User, { email: 'x', age: null })
  // @ts-expect-error no such field
  await repo.getBy(User, { name: 'x' })
  // @ts-expect-error email is a text
  await repo.getBy(User, { email: 1 })

  const titles = await repo.all(
    from(User)
      .innerJoin(Post, (u, p) => p.userId.eq(u.id))
      .select((_u, p) => p.title),
  )
  same<typeof titles, string[]>()
  const [joined] = await repo.all(
    from(User)
      .leftJoin(Post, 'posts')
      .select((u, p) => ({ id: u.id, title: p.title, post: p })),
  )
  same<NonNullable<typeof joined>['title'], string | null>()
  same<NonNullable<typeof joined>['id'], number>()
  if (joined !== undefined && joined.post !== null) same<typeof joined.post.draft, boolean>()
  // @ts-expect-error the joined row may be null
  joined?.post.title

  const groups = await repo.all(
    from(Post)
      .groupBy((p) => p.userId)
      .select((p) => ({ user: p.userId, n: count(), last: max(p.at) })),
  )
  same<(typeof groups)[number], { readonly user: number; readonly n: number; readonly last: Date | null }>()
  const named = await repo.all(
    cte(
      'names',
      from(User).select((u) => ({ name: u.email })),
    ),
  )
  same<(typeof named)[number], { readonly name: string }>()
  const oldest = await repo.aggregate(from(User), (u) => max(u.age))
  same<typeof oldest, number | null>()
  for await (const each of repo.stream(from(User))) same<typeof each.id, number>()
  return user
}

export async function preloads() {
  const [plain] = await repo.all(from(User))
  // @ts-expect-error what was not preloaded is not there
  plain?.posts
  const loaded = await repo.all(
    from(User)
      .preload({ posts: { user: true } })
      .preload('profile'),
  )
  same<NonNullable<(typeof loaded)[number]['posts'][number]['user']>['email'], string>()
  same<NonNullable<(typeof loaded)[number]['profile']>['userId'], number>()
  // @ts-expect-error a has-one may be missing
  loaded[0]?.profile.userId
  // @ts-expect-error one level deeper nothing else was preloaded
  loaded[0]?.posts[0]?.user.posts
  const chosen = await repo.all(from(User).preload({ posts: from(Post).preload('user') }, 'profile'))
  same<NonNullable<(typeof chosen)[number]['posts'][number]['user']>['age'], number | null>()
  same<NonNullable<(typeof chosen)[number]['profile']>['userId'], number>()
}

export async function writes() {
  const result = await repo.insert(change(User).put({ email: 'x' }).uniqueConstraint('email'))
  if (result.ok) same<typeof result.value.email, string>()
  // @ts-expect-error it may have been refused
  result.value
  await repo.insertOrThrow(User, { email: 'x', settings: { theme: 'y' } })
  // @ts-expect-error email is missing
  await repo.insertOrThrow(User, { settings: { theme: 'y' } })
  // @ts-expect-error no such field
  await repo.insertOrThrow(User, { email: 'x', settings: { theme: 'y' }, name: 'x' })
  // @ts-expect-error email is missing in one of them
  await repo.insertAll(User, [{ settings: { theme: 'y' } }])
  // @ts-expect-error an update takes a changeset: change(User, user)
  await repo.update(User, { id: 1 })
  await repo.updateAll(from(User), { age: 1 })
  // @ts-expect-error a number
  await repo.updateAll(from(User), { age: 'x' })
  // @ts-expect-error no such field
  await repo.updateAll(from(User), { name: 'x' })

  const NewPost = castSchema(Post, ['title'], (post) => post.validateRequired(['title']))
  type PostOutput = NonNullable<(typeof NewPost)['~standard']['types']>['output']
  const post = await repo.insertOrThrow({} as PostOutput)
  same<typeof post.title, string>()

  // A changeset with associated rows gives a row that has them.
  const nested = change(User).castAssoc('posts', Post, (each, sent) => each.cast(sent, ['title']))
  const written = await repo.insertOrThrow(nested.putAssoc('profile', Profile, null))
  same<typeof written.posts, Row<typeof Post>[]>()
  same<typeof written.profile, Row<typeof Profile> | null>()
  written.email
  // @ts-expect-error no such association
  written.comments
}

export async function steps() {
  const signUp = multi()
    .step('user', () => repo.insert(change(User).put({ email: 'x' })))
    .step('post', ({ user }) => repo.insertOrThrow(Post, { userId: user.id } as Row<typeof Post>))
  const result = await repo.runMulti(signUp)
  if (result.ok) {
    same<typeof result.value.user.email, string>()
    same<typeof result.value.post.title, string>()
    // @ts-expect-error no such step
    result.value.team
  }
  // @ts-expect-error no step before is called so
  signUp.step('profile', ({ team }) => team)
  // @ts-expect-error it may have failed
  result.value
}

// A key that is not nullable points to a row, unless a query chooses among them.
const Page = schema(
  'pages',
  {
    id: id(),
    authorId: integer(),
    editorId: integer().nullable(),
    ownerId: integer(),
    checkedBy: integer().nullable(),
  },
  {
    author: belongsTo('pages'),
    editor: belongsTo('pages'),
    proprietor: belongsTo('pages', { foreignKey: 'ownerId' }),
    checker: belongsTo('pages', { foreignKey: 'checkedBy' }),
  },
)
const pages = createRepo({ url: 'sqlite::memory:', schemas: [Page] })

export async function keys() {
  const [page] = await pages.all(
    from(Page)
      .preload({ author: { editor: true } })
      .preload('editor', 'proprietor', 'checker'),
  )
  if (page === undefined) return
  same<typeof page.author.id, number>()
  same<typeof page.proprietor.id, number>()
  // @ts-expect-error its key may be null
  page.editor.id
  // @ts-expect-error its key may be null
  page.author.editor.id
  // @ts-expect-error its key may be null
  page.checker.id
  const [chosen] = await pages.all(from(Page).preload({ author: from(Page).where((p) => p.id.gt(1)) }))
  // @ts-expect-error the query may leave it out
  chosen?.author.id
}
