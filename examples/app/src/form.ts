import type { Context, Reply } from '@zzz/core'
import { csrfToken, flashKey } from '@zzz/core/middleware'
import { escapeHtml } from './escape-html.ts'
import { page } from './pages.ts'

interface Fields {
  readonly name: string
  readonly email: string
}

const empty: Fields = { name: '', email: '' }

export const show = (ctx: Context): Reply => ctx.html(formPage(ctx, empty))

/** Says thank you on the page that follows; what is wrong comes back with what was filled in. */
export async function submit(ctx: Context): Promise<Reply> {
  const form = await ctx.form()
  const fields = { name: form.get('name')?.trim() ?? '', email: form.get('email')?.trim() ?? '' }
  const problems = [
    ...(fields.name === '' ? ['Please tell us your name.'] : []),
    ...(/^\S+@\S+$/.test(fields.email) ? [] : ['Please tell us your email address.']),
  ]
  if (problems.length > 0) return ctx.html(formPage(ctx, fields, problems), 422)
  ctx.get(flashKey).set('info', `Thank you, ${fields.name}!`)
  return ctx.redirect('/form', 303)
}

function formPage(ctx: Context, { name, email }: Fields, problems: readonly string[] = []): string {
  const info = ctx.get(flashKey).get('info')
  const messages = info === undefined ? problems : [info, ...problems]
  return page(
    'A form',
    `<h1>A form</h1>${messages.map((text) => `<p role="status">${escapeHtml(text)}</p>`).join('')}` +
      `<form method="post" action="/form"><input type="hidden" name="_csrf" value="${csrfToken(ctx)}">` +
      `<p><label>Name <input name="name" autocomplete="name" required value="${escapeHtml(name)}"></label></p>` +
      `<p><label>Email <input name="email" type="email" autocomplete="email" required value="${escapeHtml(email)}"></label></p>` +
      '<p><button>Send</button></p></form>',
  )
}
