import { Post, Profile, same, User } from '../schema/types.suite.ts'
import { castSchema } from './cast-schema.ts'
import { cast, change } from './changeset.ts'
import type { ErrorTree } from './field-error.ts'

// A cast names fields, virtual ones among them.
const casted = cast(User, {}, ['email', 'password'])
  .validateRequired(['password'])
  .validateInclusion('role', ['admin'])
same<ReturnType<typeof casted.get<'age'>>, number | null | undefined>()
casted.validate('age', (age) => (age > 3 ? 'too old' : undefined))
// @ts-expect-error no such field
cast(User, {}, ['name'])
// @ts-expect-error no such field
casted.validateRequired(['name'])
// @ts-expect-error no such field
casted.validateFormat('name', /x/)
// @ts-expect-error no such role
casted.validateInclusion('role', ['owner'])
// @ts-expect-error age is a number
casted.validate('age', (age) => age.trim())
// @ts-expect-error no such field
change(User).put({ name: 'x' })
// @ts-expect-error age is a number
change(User).put({ age: 'x' })
// @ts-expect-error the row is not whole
change(User, { id: 1 })
change(User).uniqueConstraint(['email', 'age'])
// @ts-expect-error no such field
change(User).uniqueConstraint('name')
// @ts-expect-error no such field
change(User).uniqueConstraint(['email', 'name'])
// @ts-expect-error a virtual field has no index
casted.uniqueConstraint('password')
// @ts-expect-error a check constraint is found by its name
casted.checkConstraint('age')

// Errors by field, as a template wants them.
const formErrors: { email: string[] | undefined; age?: string[] | undefined } = cast(User, {}, [
  'email',
]).traverseErrors()
const codes: { email: number[] | undefined } = cast(User, {}, ['email']).traverseErrors(() => 1)
const texts = cast(User, {}, ['email']).traverseErrors()
same<typeof texts.email, string[] | undefined>()
// @ts-expect-error these are texts
const noCodes: { email: number[] | undefined } = texts
// @ts-expect-error without a function they are texts
export const untold: { email: number[] | undefined } = change(User).traverseErrors()
export const said = [formErrors.email, codes, noCodes]
// Every name of the schema is a key, before anything was sent too; a template asks for exactly that.
interface Template {
  readonly email: Iterable<string> | null | undefined | false
  readonly password: Iterable<string> | undefined
}
export const shown: Template[] = [texts, change(User).traverseErrors()]
same<typeof texts.password, string[] | undefined>()
same<typeof texts.posts, string[] | ErrorTree[] | undefined>()
same<typeof texts.profile, string[] | ErrorTree | undefined>()
// @ts-expect-error no such field
export const misspelt = texts.emial
// @ts-expect-error errors of many rows are no single tree
texts.posts = {}

// Associated rows are those of the association.
change(User).castAssoc('posts', Post, (post, sent) => post.cast(sent, ['title']))
// @ts-expect-error no such association
change(User).castAssoc('comments', Post, (post) => post)
// @ts-expect-error posts are not profiles
change(User).castAssoc('posts', Profile, (profile) => profile)
// @ts-expect-error many posts are a list
change(User).putAssoc('posts', Post, { title: 'x' })
// @ts-expect-error a post has no such field
change(User).putAssoc('posts', Post, [{ name: 'x' }])

// A cast as a Standard Schema gives the changeset of its schema.
castSchema(Post, ['title'], (post) => post.validateRequired(['title']))
// @ts-expect-error no such field
castSchema(Post, ['name'], (post) => post)
