import { assign, type Context, type Middleware, type Reply } from '@zzz/core'
import { htmxKey } from '@zzz/core/middleware'
import { readId } from './id.ts'
import * as store from './todo-store.ts'
import { views } from './views.gen.ts'

export const todosLeft = assign<number>('todosLeft', 'countTodos')

/** For the navigation, which says on every page how many are left. */
export const countTodos: Middleware = async (ctx, next) => {
  ctx.set(todosLeft, await store.left())
  return next()
}

const list = async (text = '', problem?: string) => ({
  todos: await store.all(),
  left: await store.left(),
  text,
  problem,
})

export const index = async (ctx: Context): Promise<Reply> => ctx.render(views.todos.index, await list())

export async function add(ctx: Context): Promise<Reply> {
  const text = (await ctx.formValue('text'))?.trim() ?? ''
  const problem = await store.add(text)
  return problem === undefined ? changed(ctx) : refused(ctx, text, problem)
}

export async function toggle(ctx: Context<{ id: string }>): Promise<Reply> {
  const id = readId(ctx.params.id)
  if (id !== undefined) await store.toggle(id)
  return changed(ctx)
}

export async function remove(ctx: Context<{ id: string }>): Promise<Reply> {
  const id = readId(ctx.params.id)
  if (id !== undefined) await store.remove(id)
  return changed(ctx)
}

/** htmx gets the list anew, and the number for the navigation; everyone else is sent to the page. */
async function changed(ctx: Context): Promise<Reply> {
  const hx = ctx.get(htmxKey)
  if (!hx.fragment) return ctx.redirect('/todos', 303)
  const data = await list()
  hx.oob('#todos-left', String(data.left))
  return ctx.renderFragment(views.todos.list, data)
}

async function refused(ctx: Context, text: string, problem: string): Promise<Reply> {
  const view = ctx.get(htmxKey).fragment ? views.todos.list : views.todos.index
  return ctx.render(view, await list(text, problem), { status: 422 })
}
