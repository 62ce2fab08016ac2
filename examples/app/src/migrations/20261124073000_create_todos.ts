import { boolean, id, text } from '@zzz/db'
import { createTable } from '@zzz/db/migration'

export const change = [createTable('todos', { id: id(), text: text(), done: boolean().default(false) })]
