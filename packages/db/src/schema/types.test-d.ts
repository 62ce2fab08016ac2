import { hasMany, hasOne } from './association.ts'
import { enumeration, id, integer, json, text, uuid } from './fields.ts'
import { type Insert, type Key, type Row, schema, type Update } from './schema.ts'
import { same, type User } from './types.suite.ts'

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
// @ts-expect-error no such field
const unknown: Insert<typeof User> = { ...insert, emial: '' }
const update: Update<typeof User> = { age: 3 }
// @ts-expect-error email is not nullable
const wrongUpdate: Update<typeof User> = { email: null }
export const rows = [user, full, without, wrongRole, unknown, update, wrongUpdate]

// The key is of the type of its field.
same<Key<typeof User>, number>()
const Token = schema('tokens', { token: uuid().primaryKey(), note: text() })
same<Key<typeof Token>, string>()
const Log = schema('logs', { line: text() })
same<Key<typeof Log>, string | number | bigint>()

// Defaults fit their fields.
integer().default(1)
// @ts-expect-error a number
integer().default('1')
// @ts-expect-error neither a nor b
enumeration('a', 'b').default('c')
// @ts-expect-error x is a number
json<{ x: number }>().default({ x: '1' })
// @ts-expect-error a field, not the name of one
schema('things', { id: id(), name: 'text' })

hasOne('profiles', { onReplace: 'update' })
// @ts-expect-error many rows cannot take over what was sent for one
hasMany('posts', { onReplace: 'update' })
