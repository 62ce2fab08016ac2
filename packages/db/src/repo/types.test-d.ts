// Type tests of schemas, queries and repos: each thing that is accepted has a twin that is refused.
import { castSchema } from '../changeset/cast-schema.ts'
import { cast, change } from '../changeset/changeset.ts'
import { count, max } from '../query/functions.ts'
import { from } from '../query/query.ts'
import { belongsTo, hasMany, hasOne, manyToMany } from '../schema/association.ts'
import { boolean, datetime, enumeration, id, integer, json, text, timestamps } from '../schema/fields.ts'
import { type Insert, type Row, schema, type Update } from '../schema/schema.ts'
import { createRepo } from './create-repo.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(..._equal: Equal<A, B> extends true ? [] : ['the types differ', A, B]) => {}

const User = schema(
  'users',
  {
    id: id(),
    email: text(),
    age: integer().nullable(),
    role: enumeration('admin', 'member').default('member'),
    settings: json<{ theme: string }>(),
    password: text().virtual(),
    ...timestamps(),
  },
  { posts: hasMany('posts'), profile: hasOne('profiles') },
)
const Post = schema(
  'posts',
  { id: id(), userId: integer(), title: text(), draft: boolean(), at: datetime() },
  { user: belongsTo('users') },
)
const Profile = schema('profiles', { id: id(), userId: integer() }, { user: belongsTo('users') })

// Rows hold the stored fields.
interface UserRow {
  id: number
  email: string
  age: number | null
  role: 'admin' | 'member'
  settings: { theme: string }
  insertedAt: Date
  updatedAt: Date
}
const user: UserRow = {} as Row<typeof User>
const row: Row<typeof User> = {} as UserRow
// @ts-expect-error a virtual field is not in a row
row.password

// A new row may leave out what is nullable, generated or has a default.
const insert: Insert<typeof User> = { email: '', settings: { theme: 'x' } }
const full: Insert<typeof User> = { ...insert, id: 1, age: null, role: 'admin', insertedAt: new Date() }
// @ts-expect-error email is missing
const without: Insert<typeof User> = { settings: { theme: 'x' } }
// @ts-expect-error no such role
const wrongRole: Insert<typeof User> = { ...insert, role: 'owner' }
const update: Update<typeof User> = { age: 3 }
// @ts-expect-error email is not nullable
const wrongUpdate: Update<typeof User> = { email: null }

// Columns know their type.
from(User).where((u) => u.age.gte(18))
from(User).where((u) => u.role.in(['admin']))
from(User).where((u) => u.age.in([1, null]))
from(User).where((u) => u.email.like('%x'))
from(User).where((u) => u.id.in(from(Post).select((p) => p.userId)))
// @ts-expect-error no such column
from(User).where((u) => u.name.eq('x'))
// @ts-expect-error a number
from(User).where((u) => u.age.gte('18'))
// @ts-expect-error null equals nothing
from(User).where((u) => u.age.eq(null))
// @ts-expect-error no such role
from(User).where((u) => u.role.eq('owner'))
// @ts-expect-error id is not nullable
from(User).where((u) => u.id.in([null]))
// @ts-expect-error only texts are like a pattern
from(User).where((u) => u.age.like('%'))
// @ts-expect-error the query selects texts
from(User).where((u) => u.id.in(from(Post).select((p) => p.title)))
// @ts-expect-error no condition
from(User).where((u) => u.id)
// @ts-expect-error a virtual field has no column
from(User).where((u) => u.password.eq('x'))

// Joins add columns; outer ones may be null.
const joined = from(User)
  .leftJoin(Post, 'posts')
  .select((u, p) => ({ id: u.id, title: p.title, post: p }))
const inner = from(User)
  .innerJoin(Post, (u, p) => p.userId.eq(u.id))
  .select((_u, p) => p.title)
// @ts-expect-error no association of users leads to users
from(User).innerJoin(User, 'posts')
// @ts-expect-error no such association
from(User).innerJoin(Post, 'comments')
const Tag = schema('tags', { id: id() }, { posts: manyToMany('posts', { through: 'post_tags' }) })
// @ts-expect-error it leads over another table
from(Tag).innerJoin(Post, 'posts')

const repo = createRepo({ url: 'sqlite::memory:', schemas: [User, Post, Profile] })
// @ts-expect-error posts and profiles are not among the schemas
createRepo({ url: '', schemas: [User] })

export async function results() {
  same<typeof user, UserRow>()
  same<Awaited<ReturnType<typeof repo.get<typeof User, []>>>, Row<typeof User> | undefined>()
  const all = await repo.all(from(User))
  same<(typeof all)[number]['role'], 'admin' | 'member'>()
  // @ts-expect-error what was not preloaded is not there
  all[0]?.posts

  const titles = await repo.all(inner)
  same<typeof titles, string[]>()
  const rows = await repo.all(joined)
  same<(typeof rows)[number]['title'], string | null>()
  same<(typeof rows)[number]['id'], number>()
  const post = rows[0]?.post
  if (post !== undefined && post !== null) same<typeof post.draft, boolean>()
  // @ts-expect-error the joined row may be null
  rows[0]?.post.title

  const groups = await repo.all(
    from(Post)
      .groupBy((p) => p.userId)
      .select((p) => ({ user: p.userId, n: count(), last: max(p.at) })),
  )
  same<(typeof groups)[number], { readonly user: number; readonly n: number; readonly last: Date | null }>()

  const loaded = await repo.all(
    from(User)
      .preload({ posts: { user: true } })
      .preload('profile'),
  )
  same<NonNullable<(typeof loaded)[number]['posts'][number]['user']>['email'], string>()
  same<NonNullable<(typeof loaded)[number]['profile']>['userId'], number>()
  // @ts-expect-error a has-one may be missing
  loaded[0]?.profile.userId
  // @ts-expect-error no such association
  from(User).preload('comments')
  const chosen = await repo.all(from(User).preload({ posts: from(Post).preload('user') }))
  same<NonNullable<(typeof chosen)[number]['posts'][number]['user']>['age'], number | null>()

  const oldest = await repo.aggregate(from(User), (u) => max(u.age))
  same<typeof oldest, number | null>()

  const result = await repo.insert(change(User).put({ email: 'x' }).uniqueConstraint('email'))
  if (result.ok) same<typeof result.value.email, string>()
  // @ts-expect-error it may have been refused
  result.value
  await repo.insertOrThrow(User, { email: 'x', settings: { theme: 'y' } })
  // @ts-expect-error email is missing
  await repo.insertOrThrow(User, { settings: { theme: 'y' } })
  // @ts-expect-error no such field
  change(User).put({ name: 'x' })
  // @ts-expect-error no such field
  change(User).uniqueConstraint('name')
  const casted = cast(User, {}, ['email', 'password'])
    .validateRequired(['password'])
    .validateInclusion('role', ['admin'])
  same<ReturnType<typeof casted.get<'age'>>, number | null | undefined>()
  casted.validate('age', (age) => (age > 3 ? 'too old' : undefined))
  // @ts-expect-error no such field
  cast(User, {}, ['name'])
  // @ts-expect-error no such role
  casted.validateInclusion('role', ['owner'])
  // @ts-expect-error a virtual field has no index
  casted.uniqueConstraint('password')
  await repo.updateAll(from(User), { age: 1 })
  // @ts-expect-error a number
  await repo.updateAll(from(User), { age: 'x' })
  for await (const each of repo.stream(from(User))) same<typeof each.id, number>()
  return [full, without, wrongRole, update, wrongUpdate]
}

// Errors by field, as a template wants them.
const formErrors: { email?: string[]; age?: string[] } = cast(User, {}, ['email']).traverseErrors()
const codes: { email?: number[] } = cast(User, {}, ['email']).traverseErrors(() => 1)
const texts = cast(User, {}, ['email']).traverseErrors()
same<typeof texts.email, string[] | undefined>()
// @ts-expect-error these are texts
const noCodes: { email?: number[] } = texts
export const said = [formErrors.email, codes, noCodes]

// A changeset with associated rows gives a row that has them.
const nestedUser = change(User).castAssoc('posts', Post, (post, sent) => post.cast(sent, ['title']))
repo.insertOrThrow(nestedUser.putAssoc('profile', Profile, null)).then((written) => {
  same<typeof written.posts, Row<typeof Post>[]>()
  same<typeof written.profile, Row<typeof Profile> | null>()
  written.email
  // @ts-expect-error no such association
  written.comments
})
// @ts-expect-error no such association
change(User).castAssoc('comments', Post, (post) => post)
// @ts-expect-error posts are not profiles
change(User).castAssoc('posts', Profile, (profile) => profile)
// @ts-expect-error many posts are a list
change(User).putAssoc('posts', Post, { title: 'x' })
// @ts-expect-error a post has no such field
change(User).putAssoc('posts', Post, [{ name: 'x' }])
hasOne('profiles', { onReplace: 'update' })
// @ts-expect-error many rows cannot take over what was sent for one
hasMany('posts', { onReplace: 'update' })

// A cast as a Standard Schema gives the changeset of its schema.
const NewPost = castSchema(Post, ['title'], (post) => post.validateRequired(['title']))
type PostOutput = NonNullable<(typeof NewPost)['~standard']['types']>['output']
repo.insert({} as PostOutput).then((result) => result.ok && result.value.title)
// @ts-expect-error no such field
castSchema(Post, ['name'], (post) => post)

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
pages
  .all(
    from(Page)
      .preload({ author: { editor: true } })
      .preload('editor', 'proprietor', 'checker'),
  )
  .then(([page]) => {
    if (page === undefined) return
    same<typeof page.author.id, number>()
    same<typeof page.proprietor.id, number>()
    // @ts-expect-error its key may be null
    page.editor.id
    // @ts-expect-error its key may be null
    page.author.editor.id
    // @ts-expect-error its key may be null
    page.checker.id
  })
pages.all(from(Page).preload({ author: from(Page).where((p) => p.id.gt(1)) })).then(([page]) => {
  // @ts-expect-error the query may leave it out
  page?.author.id
})
