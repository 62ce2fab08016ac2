// Type tests of views: each thing that is accepted has a twin that is refused.
import { type HtmlValue, html, type Later, type Layout, type View } from '../template/index.ts'
import type { Context } from './context.ts'
import { type ViewsOptions, withLayout } from './views.ts'

declare const ctx: Context
declare const page: View<{ name: string; tags: Iterable<string> }>
declare const form: View<{ name: string }, { csrf: string }>
declare const app: Layout<{ title: string }>
declare const bare: Layout<object>

ctx.render(page, { name: 'x', tags: new Set(['a']) }, { layout: app, status: 201, stream: { timeout: 1 } })
ctx.render(form, { name: 'x' }, { layout: false })
ctx.renderFragment(page, { name: 'x', tags: [] }, { status: 201 })
// @ts-expect-error the status is an option
ctx.renderFragment(page, { name: 'x', tags: [] }, 201)
html`${ctx.renderHtml(page, { name: 'x', tags: [] })}`
// @ts-expect-error a field is missing
ctx.renderHtml(page, { name: 'x' })
// @ts-expect-error a field is missing
ctx.render(page, { name: 'x' })
// @ts-expect-error a field has another type
ctx.render(page, { name: 1, tags: [] })
// @ts-expect-error a field has another name
ctx.render(page, { name: 'x', tag: [], tags: [] })
// @ts-expect-error a layout is no view
ctx.render(app, {})
// @ts-expect-error a view is no layout
ctx.render(page, { name: 'x', tags: [] }, { layout: form })
// @ts-expect-error unknown option
ctx.render(page, { name: 'x', tags: [] }, { code: 201 })

// A view by itself takes what it reads of what is shared.
page.render({ name: 'x', tags: [] })
form.render({ name: 'x' }, { shared: { csrf: 't' }, locale: 'de' })
// @ts-expect-error shared is missing
form.render({ name: 'x' })
// @ts-expect-error shared is incomplete
form.render({ name: 'x' }, { shared: {} })

// What is shared is what layouts need.
function views<S extends object>(options: ViewsOptions<S>): void {
  void options
}
views({ layout: app, shared: (context) => ({ title: context.path, more: 1 }) })
views({ layout: bare })
views({ shared: () => ({ anything: 1 }) })
// @ts-expect-error shared is missing
views({ layout: app })
// @ts-expect-error shared lacks the title
views({ layout: app, shared: () => ({ titel: 'x' }) })
// @ts-expect-error the title has another type
views({ layout: app, shared: () => ({ title: 1 }) })

withLayout(app)
withLayout(false)
// @ts-expect-error a view is no layout
withLayout(page)

const values: HtmlValue[] = ['x', 1, 1n, null, undefined, false, html``, [html``, ['x']], new URL('a:b')]
html`${values}`
// @ts-expect-error an object has no text
html`${{}}`
// @ts-expect-error a promise has none yet
html`${Promise.resolve('x')}`

// What {{#await}} takes: a value, its promise, or a function that begins to fetch it.
declare const stats: View<{ sum: Later<number, 'stats.html.zzz:1:1'> }>
ctx.render(stats, { sum: 1 })
ctx.render(stats, { sum: Promise.resolve(1) }, { stream: true })
ctx.render(stats, { sum: async () => 1 }, { stream: true })
// @ts-expect-error the promise has another type
ctx.render(stats, { sum: async () => 'x' }, { stream: true })
// @ts-expect-error a function that takes something
ctx.render(stats, { sum: async (year: number) => year }, { stream: true })
