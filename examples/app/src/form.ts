import type { Context, Reply } from '@zzz/core'
import { flashKey } from '@zzz/core/middleware'
import { views } from './views.gen.ts'

export const show = (ctx: Context): Reply => ctx.render(views.form, { name: '', email: '', problems: [] })

/** Says thank you on the page that follows; what is wrong comes back with what was filled in. */
export async function submit(ctx: Context): Promise<Reply> {
  const form = await ctx.form()
  const name = form.get('name')?.trim() ?? ''
  const email = form.get('email')?.trim() ?? ''
  const problems = [
    ...(name === '' ? ['Please tell us your name.'] : []),
    ...(/^[^\s@]+@[^\s@]+$/.test(email) ? [] : ['Please tell us your email address.']),
  ]
  if (problems.length > 0) return ctx.render(views.form, { name, email, problems }, { status: 422 })
  ctx.get(flashKey).set('info', `Thank you, ${name}!`)
  return ctx.redirect('/form', 303)
}
