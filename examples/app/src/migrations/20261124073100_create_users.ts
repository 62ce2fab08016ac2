import { id, integer, text, timestamps } from '@zzz/db'
import { createIndex, createTable } from '@zzz/db/migration'

export const change = [
  createTable('users', {
    id: id(),
    name: text(),
    email: text(),
    age: integer().nullable(),
    ...timestamps(),
  }),
  createIndex('users', ['email'], { unique: true }),
]
