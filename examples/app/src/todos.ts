import type { Context, Reply } from '@zzz/core'
import { htmxKey } from '@zzz/core/middleware'
import * as store from './todo-store.ts'
import { views } from './views.gen.ts'

const list = (text = '', problem?: string) => ({ todos: store.all(), left: store.left(), text, problem })

export const index = (ctx: Context): Reply => ctx.render(views.todos.index, list())

export async function add(ctx: Context): Promise<Reply> {
  const text = (await ctx.formValue('text'))?.trim() ?? ''
  const problem = store.add(text)
  return problem === undefined ? changed(ctx) : refused(ctx, text, problem)
}

export function toggle(ctx: Context<{ id: string }>): Reply {
  store.toggle(Number(ctx.params.id))
  return changed(ctx)
}

export function remove(ctx: Context<{ id: string }>): Reply {
  store.remove(Number(ctx.params.id))
  return changed(ctx)
}

/** htmx gets the list anew, and the number for the navigation; everyone else is sent to the page. */
function changed(ctx: Context): Reply {
  const hx = ctx.get(htmxKey)
  if (!hx.fragment) return ctx.redirect('/todos', 303)
  hx.oob('#todos-left', String(store.left()))
  return ctx.renderFragment(views.todos.list, list())
}

function refused(ctx: Context, text: string, problem: string): Reply {
  const view = ctx.get(htmxKey).fragment ? views.todos.list : views.todos.index
  return ctx.render(view, list(text, problem), { status: 422 })
}
