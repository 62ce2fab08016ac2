import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { loadViews } from '../template/build.ts'
import { createLayout, createView, html, type Layout, type View } from '../template/index.ts'
import { makeContext } from './context.suite.ts'
import type { Context } from './context.ts'
import { type RenderOptions, withLayout } from './views.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-views-'))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'layouts'))
const templates = {
  page: '<p>{{name}}</p>',
  own: '{{#layout "layouts/other"}}own',
  dated: '{{x | upper}} {{x | format_date:"HH"}}',
  form: '{{@shared.title}}',
  broken: '{{#if}}',
  'layouts/app': '[{{title}} {{{yield}}}]',
  'layouts/other': '({{{yield}}})',
}
for (const [name, text] of Object.entries(templates)) writeFileSync(join(folder, `${name}.html.zzz`), text)
const load = loadViews({ root: folder })
const view = <Data extends object>(name: string): View<Data> => createView<Data>(name, load(name))
const page = view<{ name: string }>('page')
const app: Layout<{ title: string }> = createLayout('layouts/app', load('layouts/app'))
const other: Layout<object> = createLayout('layouts/other', load('layouts/other'))

function makePageContext(): Context {
  return makeContext({ target: '/here', views: { layout: app, shared: (ctx) => ({ title: ctx.path }) } })
}

describe('ctx.render', () => {
  it('is a page in its layout', () => {
    const reply = makePageContext().render(page, { name: '<' })
    assert.deepEqual([reply.statusCode, reply.body], [200, '[/here <p>&lt;</p>]'])
    assert.equal(reply.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(makePageContext().render(page, { name: 'x' }, { status: 422 }).statusCode, 422)
    assert.equal(makeContext().render(page, { name: html`<b>x</b>` as never }).body, '<p><b>x</b></p>')
  })

  it('takes the layout that is nearest', async () => {
    const render = (ctx: Context, options?: RenderOptions) => ctx.render(page, { name: 'x' }, options).body
    assert.equal(render(makePageContext(), { layout: other }), '(<p>x</p>)')
    assert.equal(render(makePageContext(), { layout: false }), '<p>x</p>')
    const inScope = async (layout: Layout<never> | false, options?: RenderOptions) => {
      const ctx = makePageContext()
      await withLayout(layout)(ctx, () => ctx.empty())
      return render(ctx, options)
    }
    assert.equal(await inScope(other), '(<p>x</p>)')
    assert.equal(await inScope(false), '<p>x</p>')
    assert.equal(await inScope(false, { layout: other }), '(<p>x</p>)')
    const ctx = makePageContext()
    await withLayout(app)(ctx, () => ctx.empty())
    assert.equal(ctx.render(view('own'), {}).body, '(own)')
    assert.equal(ctx.render(view('own'), {}, { layout: false }).body, 'own')
  })

  it('hands language and zone to pipes', () => {
    const views = { locale: (ctx: Context) => ctx.query.get('lang') ?? 'en', timeZone: 'Asia/Tokyo' }
    const ctx = makeContext({ target: '/?lang=tr', views })
    assert.equal(ctx.render(view('dated'), { x: '2026-01-01T00:00:00Z' }).body, '2026-01-01T00:00:00Z 09')
    assert.equal(
      makeContext({ views: { locale: 'tr' } }).render(view('dated'), { x: '2026' }).body,
      '2026 00',
    )
  })

  it('asks for what is shared only where it is read, and misses it aloud', () => {
    let asked = 0
    const shared = () => {
      asked++
      return { title: 'T' }
    }
    const ctx = makeContext({ views: { shared } })
    ctx.render(page, { name: 'x' })
    assert.equal(asked, 0)
    assert.equal(ctx.render(view('form'), {}).body, 'T')
    assert.equal(ctx.renderFragment(view('form'), {}).body, 'T')
    assert.equal(asked, 2)
    assert.throws(() => makeContext({ views: { layout: app } }).render(page, { name: 'x' }), {
      code: 'ZZZ_TEMPLATE_VALUE',
    })
  })

  it('shows errors of templates where it is used, and refuses what is no view', () => {
    assert.throws(() => makeContext().render(view('broken'), {}), {
      code: 'ZZZ_TEMPLATE_SYNTAX',
      message: /broken\.html\.zzz:1:6/,
    })
    assert.throws(() => makeContext().render({} as never, {} as never), { code: 'ZZZ_OPTION_INVALID' })
    assert.throws(() => makeContext().render(app as never, {} as never), {
      message: /got the layout layouts\/app/,
    })
    assert.throws(() => makeContext().render(page, { name: '' }, { layuot: false } as never), {
      message: /"layuot"/,
    })
    assert.throws(() => withLayout(page as never), { code: 'ZZZ_OPTION_INVALID' })
  })
})

it('ctx.renderFragment has no layout', () => {
  const reply = makePageContext().renderFragment(page, { name: 'x' }, { status: 201 })
  assert.deepEqual([reply.statusCode, reply.body], [201, '<p>x</p>'])
  assert.equal(makePageContext().renderFragment(view('own'), {}).body, 'own')
  const refused = { code: 'ZZZ_OPTION_INVALID', message: /ctx\.renderFragment/ }
  const wrong = [422, { layout: app }, { status: '422' }]
  for (const options of wrong) {
    assert.throws(() => makePageContext().renderFragment(page, { name: 'x' }, options as never), refused)
  }
})

it('ctx.renderHtml gives HTML for other places, with what is shared', () => {
  const form = makePageContext().renderHtml(view('form'), {})
  assert.equal(String(html`<i>${form}</i>`), '<i>/here</i>')
  assert.equal(String(html`${makePageContext().renderHtml(page, { name: '<' })}`), '<p>&lt;</p>')
  assert.equal(String(makePageContext().renderHtml(view('own'), {})), 'own')
  assert.throws(() => makeContext().renderHtml(view('form'), {}), { code: 'ZZZ_TEMPLATE_VALUE' })
  assert.throws(() => makeContext().renderHtml({} as never, {} as never), {
    message: /ctx\.renderHtml takes a view/,
  })
})

it('what is shared cannot come later', () => {
  for (const shared of [async () => ({ title: 'T' }), () => Promise.reject(new Error('no database'))]) {
    const ctx = makeContext({ views: { shared } })
    const late = { code: 'ZZZ_TEMPLATE_VALUE', message: /views\.shared .* returned a promise.* middleware/ }
    assert.throws(() => ctx.render(view('form'), {}), late)
  }
})
