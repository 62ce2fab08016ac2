import { manyToMany } from '../schema/association.ts'
import { id } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { Post, Profile, same, User } from '../schema/types.suite.ts'
import { cte, recursive, union } from './combine.ts'
import type { Operand } from './expression.ts'
import { coalesce, count, value } from './functions.ts'
import { from } from './query.ts'

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
// @ts-expect-error a text is no number
from(User).where((u) => u.email.eq(u.id))
// @ts-expect-error id is not nullable
from(User).where((u) => u.id.in([null]))
// @ts-expect-error only texts are like a pattern
from(User).where((u) => u.age.like('%'))
// @ts-expect-error the query selects texts
from(User).where((u) => u.id.in(from(Post).select((p) => p.title)))
// @ts-expect-error no condition
from(User).where((u) => u.id)
// @ts-expect-error no function of the columns
from(User).where({ email: 'x' })
// @ts-expect-error a virtual field has no column
from(User).where((u) => u.password.eq('x'))
// @ts-expect-error no such column
from(User).select((u) => ({ id: u.id, name: u.name }))
from(User).orderBy((u) => [u.email.asc(), u.id.desc()])
// @ts-expect-error no such column
from(User).orderBy((u) => u.name.asc())
// @ts-expect-error upwards or downwards
from(User).orderBy((u) => u.email)
// @ts-expect-error a number
value('x', id())
const age: Operand<number | null> = 1
from(User).select((u) => coalesce(u.age, age))
// @ts-expect-error a number
from(User).select((u) => coalesce(u.age, 'x'))

// Joins add columns; outer ones may be null.
from(User).innerJoin(Post, 'posts')
// @ts-expect-error no association of users leads to users
from(User).innerJoin(User, 'posts')
// @ts-expect-error no such association
from(User).innerJoin(Post, 'comments')
const Tag = schema('tags', { id: id() }, { posts: manyToMany('posts', { through: 'post_tags' }) })
// @ts-expect-error it leads over another table
from(Tag).innerJoin(Post, 'posts')
// @ts-expect-error no condition
from(User).innerJoin(Post, (_u, p) => p.userId)

// Queries are joined like schemas, on all sides.
const counts = cte(
  'counts',
  from(Post)
    .groupBy((p) => p.userId)
    .select((p) => ({ userId: p.userId, posts: count() })),
)
const joined = from(User)
  .leftJoin(counts, (u, c) => c.userId.eq(u.id))
  .select((_u, c) => c.posts)
same<typeof joined.$result, number | null>()
const right = from(User)
  .rightJoin(counts, (u, c) => c.userId.eq(u.id))
  .select((u, c) => ({ id: u.id, posts: c.posts }))
same<typeof right.$result, { readonly id: number | null; readonly posts: number }>()
// @ts-expect-error no such field
from(User).innerJoin(counts, (u, c) => c.user.eq(u.id))

// Associations are preloaded by name.
from(User).preload('posts', 'profile')
from(User).preload({ posts: from(Post).where((p) => p.draft.eq(false)) }, 'profile')
// @ts-expect-error no such association
from(User).preload('comments')
// @ts-expect-error no such association
from(User).preload('posts', 'comments')
// @ts-expect-error no such association
from(User).preload({ comments: true })
// @ts-expect-error no such association beside one that there is
from(User).preload({ posts: true, comments: true })
from(User).preload({ posts: { comments: true }, profile: true })
// @ts-expect-error a name of what is below stands in an object
from(User).preload({ posts: 'user' })
// @ts-expect-error the query is for other rows
from(User).preload({ posts: from(Profile) })

// Queries that are put together select the same.
const names = from(User).select((u) => ({ name: u.email }))
const titles = from(Post).select((p) => ({ name: p.title }))
const others = from(Post).select((p) => ({ title: p.title }))
const numbers = from(Post).select((p) => ({ name: p.id }))
union(names, titles)
// @ts-expect-error title is no name
union(names, others)
// @ts-expect-error a number is no text
union(names, numbers)
const ids = from(User).select((u) => ({ id: u.id }))
recursive('tree', ids, (rows) =>
  from(User)
    .innerJoin(rows, (u, r) => u.age.eq(r.id))
    .select((u) => ({ id: u.id })),
)
// @ts-expect-error the step selects something else
recursive('tree', ids, () => names)
