/** A thing to be done. */
export interface Todo {
  readonly id: number
  readonly text: string
  readonly done: boolean
}

/** Anyone may add to the list, so it has an end. */
const limit = 100

/** In memory: gone when the process ends, and each worker has a list of its own. */
let todos: readonly Todo[] = []
let nextId = 1

export const all = (): readonly Todo[] => todos

export const left = (): number => todos.filter(({ done }) => !done).length

/** Adds a todo. Gives what is wrong with it, or nothing. */
export function add(text: string): string | undefined {
  if (text === '') return 'Please say what is to be done.'
  if (text.length > 200) return 'Please say it in 200 characters.'
  if (todos.length === limit) return 'The list is full; please do something first.'
  todos = [...todos, { id: nextId++, text, done: false }]
  return undefined
}

export function toggle(id: number): void {
  todos = todos.map((todo) => (todo.id === id ? { ...todo, done: !todo.done } : todo))
}

export function remove(id: number): void {
  todos = todos.filter((todo) => todo.id !== id)
}
