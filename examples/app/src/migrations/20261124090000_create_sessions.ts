import { createSessionTable } from '@zzz/db/session'

export const change = createSessionTable()
