import { change, id, integer, type Params, type Row, schema, text, timestamps } from '@zzz/db'

export const User = schema('users', {
  id: id(),
  name: text(),
  email: text(),
  age: integer().nullable(),
  ...timestamps(),
})

/** Something, an @, and names with dots between them. */
const emailForm = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/

/** What a client says of a user, a new one or one that is there. Fields of other names are left out. */
export const userChangeset = (params: Params, user?: Row<typeof User>) =>
  change(User, user)
    .cast(params, ['name', 'email', 'age'])
    .validateRequired(['name', 'email'])
    .validateLength('name', { min: 2, max: 100 })
    .validateFormat('email', emailForm)
    .validateLength('email', { max: 254 })
    .validateNumber('age', { min: 0, max: 150 })
    .uniqueConstraint('email')
