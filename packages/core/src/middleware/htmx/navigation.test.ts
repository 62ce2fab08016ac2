import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Reply } from '../../http/reply.ts'
import { fromHtmx, htmxApp } from './htmx.suite.ts'
import type { HtmxOptions } from './htmx.ts'
import type { Htmx } from './htmx-context.ts'

const boosted = { ...fromHtmx, 'HX-Boosted': 'true' }

/** Status and the headers that say where to go. */
async function answer(
  make: (hx: Htmx) => Reply,
  headers: Readonly<Record<string, string>> = fromHtmx,
  options: HtmxOptions = {},
) {
  const response = await htmxApp(make, options).fetch('/todos/7', { headers, redirect: 'manual' })
  const names = ['location', 'hx-redirect', 'hx-location', 'hx-refresh', 'cache-control']
  const found = names.flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return { status: response.status, ...Object.fromEntries(found) }
}

const redirect =
  (location: string, status = 303) =>
  () =>
    new Reply(status, 'moved').header('location', location)
const noStore = { 'cache-control': 'no-store' }

describe('a redirect', () => {
  it('takes the visitor along when htmx asked', async () => {
    for (const status of [301, 302, 303]) {
      const taken = { status: 200, 'hx-redirect': '/todos', ...noStore }
      assert.deepEqual(await answer(redirect('/todos', status)), taken)
    }
    assert.deepEqual(await answer(redirect('edit')), {
      status: 200,
      'hx-redirect': '/todos/edit',
      ...noStore,
    })
    const response = await htmxApp(redirect('/')).fetch('/', { headers: fromHtmx })
    assert.equal(await response.text(), '')
    let closed = false
    const stream = new ReadableStream({
      cancel() {
        closed = true
      },
    })
    const streamed = () => new Reply(302, stream).header('location', '/').header('content-type', 'text/html')
    assert.equal(
      (await htmxApp(streamed).fetch('/', { headers: fromHtmx })).headers.get('content-type'),
      null,
    )
    assert.equal(closed, true)
  })

  it('stays as it is for everyone else, and says that it depends', async () => {
    assert.deepEqual(await answer(redirect('/todos'), {}), { status: 303, location: '/todos' })
    const { headers } = await htmxApp(redirect('/todos')).fetch('/', { redirect: 'manual' })
    assert.equal(headers.get('vary'), 'HX-Request')
  })

  it('is followed by boosted requests, or all where the application wants it, within the origin', async () => {
    assert.deepEqual(await answer(redirect('/todos'), boosted), { status: 303, location: '/todos' })
    const follow: HtmxOptions = { redirects: 'follow' }
    assert.deepEqual(await answer(redirect('/todos'), fromHtmx, follow), { status: 303, location: '/todos' })
    const away = { status: 200, 'hx-redirect': 'https://login.example/x', ...noStore }
    for (const [headers, options] of [
      [fromHtmx, {}],
      [boosted, {}],
      [fromHtmx, follow],
    ] as const) {
      assert.deepEqual(await answer(redirect('https://login.example/x'), headers, options), away)
    }
  })

  it('that repeats the request, or leads nowhere a page is, stays as it is', async () => {
    for (const status of [307, 308]) {
      assert.deepEqual(await answer(redirect('/todos', status)), { status, location: '/todos' })
    }
    for (const location of ['javascript:alert(1)', 'app://x']) {
      assert.deepEqual(await answer(redirect(location)), { status: 303, location })
    }
    assert.deepEqual(await answer(() => new Reply(304, null)), { status: 304 })
  })

  it('keeps what else the reply has', async () => {
    const app = htmxApp((_, ctx) =>
      ctx.redirect('/', 303).cookie('a', 'b').header('cache-control', 'private'),
    )
    const { headers } = await app.fetch('/x', { headers: fromHtmx })
    assert.match(headers.get('set-cookie') ?? '', /^a=b/)
    assert.equal(headers.get('cache-control'), 'private')
  })

  it('to a fragment of the current page loads it anew', async () => {
    const at = { ...fromHtmx, 'HX-Current-URL': 'http://localhost/todos#old' }
    const both = { status: 200, 'hx-redirect': '/todos#new', 'hx-refresh': 'true', ...noStore }
    assert.deepEqual(await answer(redirect('/todos#new'), at), both)
    const other = { status: 200, 'hx-redirect': '/other#new', ...noStore }
    assert.deepEqual(await answer(redirect('/other#new'), at), other)
    assert.deepEqual(await answer(redirect('/other#new'), { ...at, 'HX-Current-URL': ':' }), other)
    const four: HtmxOptions = { version: 4, script: { src: '/htmx.js' } }
    assert.deepEqual(await answer(redirect('/todos#new'), at, four), {
      status: 200,
      'hx-refresh': 'true',
      ...noStore,
    })
  })
})

describe('a reply that leads on', () => {
  it('by a page load', async () => {
    assert.deepEqual(await answer((hx) => hx.redirect('/a')), {
      status: 200,
      'hx-redirect': '/a',
      ...noStore,
    })
    assert.deepEqual(await answer((hx) => hx.redirect('/a'), boosted), {
      status: 200,
      'hx-redirect': '/a',
      ...noStore,
    })
    assert.deepEqual(await answer((hx) => hx.redirect('/a'), {}), { status: 303, location: '/a' })
  })

  it('stays on this origin unless told', async () => {
    const away = 'https://login.example/'
    assert.equal((await answer((hx) => hx.redirect(away))).status, 500)
    const reply = await answer((hx) => hx.redirect(away, { external: true }))
    assert.deepEqual(reply, { status: 200, 'hx-redirect': away, ...noStore })
    assert.equal((await answer((hx) => hx.redirect('javascript:alert(1)', { external: true }))).status, 500)
    assert.equal((await answer((hx) => hx.location(away))).status, 500)
  })

  it('by htmx itself, which asks for the whole page when it replaces it', async () => {
    const whole = { 'hx-location': '{"path":"/a","headers":{"HX-Boosted":"true"}}', ...noStore }
    assert.deepEqual(await answer((hx) => hx.location('/a')), { status: 200, ...whole })
    const target = '#größe'
    const part =
      '{"path":"/a","target":"#gr\\u00f6\\u00dfe","swap":"outerHTML","select":"#x","values":{"q":1}}'
    const options = { target, swap: 'outerHTML', select: '#x', values: { q: 1 } } as const
    assert.deepEqual(await answer((hx) => hx.location('/a', options)), {
      status: 200,
      'hx-location': part,
      ...noStore,
    })
    const four: HtmxOptions = { version: 4, script: { src: '/htmx.js' } }
    assert.equal((await answer((hx) => hx.location('/a'), fromHtmx, four))['hx-location'], '{"path":"/a"}')
    assert.deepEqual(await answer((hx) => hx.location('/a'), {}), { status: 303, location: '/a' })
  })

  it('to where the visitor is', async () => {
    const refresh = (headers: Readonly<Record<string, string>>) => answer((hx) => hx.refresh(), headers)
    assert.deepEqual(await refresh(fromHtmx), { status: 200, 'hx-refresh': 'true', ...noStore })
    assert.deepEqual(await refresh({ referer: 'http://localhost/a?b' }), { status: 303, location: '/a?b' })
    assert.deepEqual(await refresh({ referer: 'http://evil.example/a' }), { status: 303, location: '/' })
    assert.deepEqual(await refresh({}), { status: 303, location: '/' })
  })

  it('refuses unknown options', async () => {
    const loose = (hx: Htmx) => hx as unknown as Record<string, (url: string, options: object) => Reply>
    assert.equal((await answer((hx) => loose(hx).redirect?.('/', { outside: true }) as Reply)).status, 500)
    assert.equal((await answer((hx) => loose(hx).location?.('/', { target: 1 }) as Reply)).status, 500)
  })
})
