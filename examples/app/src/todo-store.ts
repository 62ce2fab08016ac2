import { from, type Row, sql } from '@zzz/db'
import { repo } from './repo.ts'
import { Todo, todoChangeset } from './schemas/todo.ts'

/** Anyone may add to the list, so it has an end. */
const limit = 100

const byId = (id: number) => from(Todo).where((todo) => todo.id.eq(id))

export const all = (): Promise<Row<typeof Todo>[]> => repo.all(from(Todo).orderBy((todo) => todo.id.asc()))

export const left = (): Promise<number> => repo.count(from(Todo).where((todo) => todo.done.eq(false)))

/** Adds a todo. Gives what is wrong with it, or nothing. */
export async function add(text: string): Promise<string | undefined> {
  // Two at once may both find a last place. That does no harm.
  if ((await repo.count(from(Todo))) >= limit) return 'The list is full; please do something first.'
  const added = await repo.insert(todoChangeset({ text: text || undefined }))
  return added.ok ? undefined : added.changeset.errors.text?.[0]?.message
}

export const toggle = (id: number): Promise<number> =>
  repo.updateAll(byId(id), (todo) => ({ done: sql`not ${todo.done}` }))

export const remove = (id: number): Promise<number> => repo.deleteAll(byId(id))
