import { belongsTo, hasMany, hasOne } from './association.ts'
import { boolean, datetime, enumeration, id, integer, json, text, timestamps } from './fields.ts'
import { schema } from './schema.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles when the two types are the same. */
export const same = <A, B>(..._equal: Equal<A, B> extends true ? [] : ['the types differ', A, B]): void => {}

/** The schemas of the type tests, in which each thing that is accepted has a twin that is refused. */
export const User = schema(
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

export const Post = schema(
  'posts',
  { id: id(), userId: integer(), title: text(), draft: boolean(), at: datetime() },
  { user: belongsTo('users') },
)

export const Profile = schema('profiles', { id: id(), userId: integer() }, { user: belongsTo('users') })
