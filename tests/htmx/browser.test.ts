import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createApp, get, post } from '@zzz/core'
import {
  csrf,
  flash,
  flashKey,
  type HtmxOptions,
  htmx,
  htmxKey,
  htmxScriptTag,
  securityHeaders,
  session,
} from '@zzz/core/middleware'
import { serve } from '@zzz/core/server'
import { html } from '@zzz/core/template'
import type { Page } from 'playwright-core'
import { type Chromium, startChromium } from '../browser/chromium.ts'
import { without } from '../tls/tools.ts'

/** What htmx in a real browser makes of our replies, in both generations, under the policy of `securityHeaders`. */

const generations: readonly (readonly [string, HtmxOptions])[] = [
  ['htmx 2', {}],
  ['htmx 4', { version: 4, script: { file: import.meta.resolve('htmx4/dist/htmx.min.js') } }],
]

function makeApp(options: HtmxOptions) {
  return createApp({
    environment: 'test',
    secretKeyBase: 'a key for tests, that nobody needs to guess',
    use: [securityHeaders(), htmx(options), session(), flash(), csrf()],
    routes: [
      get('/', (ctx) => {
        const hx = ctx.get(htmxKey)
        const content = html`<h1>Home</h1><p id="flash">${ctx.get(flashKey).get('info')}</p>
          <div id="out">nothing</div><p id="busy" class="htmx-indicator">Wait</p><ul id="list"></ul><p id="count">0</p>
          <button id="load" hx-get="/part" hx-target="#out">Load</button>
          <button id="push" hx-get="/pushed" hx-target="#out" hx-push-url="true">Push</button>
          <button id="leave" hx-post="/leave" hx-target="#out">Leave</button>
          <button id="away" hx-post="/away" hx-target="#out">Away</button>
          <button id="anchor" hx-post="/anchor" hx-target="#out">Anchor</button>
          <button id="smooth" hx-post="/smooth" hx-target="#out">Smooth</button>
          <button id="parts" hx-post="/parts" hx-target="#out">Parts</button>
          <p id="row-1"><button id="remove" hx-post="/remove" hx-target="#row-1" hx-swap="delete">Remove</button></p>
          <p id="row-2"><button id="reswap" hx-post="/remove?reswap" hx-target="#row-2">Remove</button></p>
          <button id="events" hx-post="/events" hx-target="#out">Events</button>
          <form id="invalid" hx-post="/invalid"><button>Send</button></form>
          <a id="boosted" href="/other" hx-boost="true">Other</a>`
        if (hx.fragment) return ctx.html(String(content))
        return ctx.html(
          `<!doctype html><html><head><title>Home</title>${htmxScriptTag(ctx)}</head><body>${content}</body></html>`,
        )
      }),
      get('/favicon.ico', (ctx) => ctx.empty()),
      get('/other', (ctx) =>
        ctx.html(
          ctx.get(htmxKey).fragment
            ? '<h1>Other, a fragment</h1>'
            : `<!doctype html><html><head><title>Other</title>${htmxScriptTag(ctx)}</head><body><h1>Other</h1></body></html>`,
        ),
      ),
      get('/part', (ctx) => {
        const { target, source, currentUrl } = ctx.get(htmxKey)
        return ctx.json({ target, source, path: new URL(currentUrl ?? '').pathname })
      }),
      get('/pushed', (ctx) => {
        const reply = ctx.get(htmxKey).fragment
          ? ctx.html('<b>part</b>')
          : ctx.html(
              `<!doctype html><html><head><title>Pushed</title></head><body><h1>Pushed</h1></body></html>`,
            )
        // A careless page: without Vary, the browser would show the fragment alone when the visitor comes back.
        return reply.header('cache-control', 'max-age=600')
      }),
      post('/leave', (ctx) => {
        ctx.get(flashKey).set('info', 'Saved')
        return ctx.redirect('/', 303)
      }),
      post('/away', (ctx) =>
        ctx.redirect(`http://localhost:${new URL(`http://${ctx.host}`).port}/other`, 303),
      ),
      post('/anchor', (ctx) => {
        ctx.get(flashKey).set('info', 'Anchored')
        return ctx.redirect('/#list', 303)
      }),
      post('/smooth', (ctx) => ctx.get(htmxKey).location('/other')),
      post('/parts', (ctx) => {
        ctx.get(htmxKey).oob('#list', html`<li>${'<one>'}</li>`, 'beforeend').oob('#count', '1')
        return ctx.empty()
      }),
      post('/remove', (ctx) => {
        const hx = ctx.get(htmxKey).oob('#count', 'removed')
        if (ctx.query.has('reswap')) hx.reswap('delete')
        return ctx.empty(200)
      }),
      post('/events', (ctx) => {
        ctx
          .get(htmxKey)
          .trigger('first', { text: 'größe 😀' })
          .trigger('second')
          .triggerAfterSwap('third', 3)
          .triggerAfterSettle('fourth')
        return ctx.html('swapped')
      }),
      post('/invalid', (ctx) => ctx.html('<p id="problem">Name is missing</p>', 422)),
    ],
  })
}

for (const [name, options] of generations) {
  describe(`${name} in Chromium`, { skip: without('chromium') }, () => {
    let browser: Chromium
    let server: Awaited<ReturnType<typeof serve>>
    let site: string
    before(async () => {
      browser = await startChromium()
      server = await serve(makeApp(options), { port: 0, signals: false, drain: 0 })
      site = `http://127.0.0.1:${server.address.port}`
    })
    after(async () => {
      await browser?.[Symbol.asyncDispose]()
      await server?.close()
    })

    /** The home page, and what the browser complained about. */
    async function openHome(): Promise<{ page: Page; complaints: string[] }> {
      const page = await browser.context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(site)
      return { page, complaints }
    }

    it('loads from our own origin under the policy, and says what it does', async () => {
      const { page, complaints } = await openHome()
      await page.click('#load')
      await page.getByText('target').waitFor()
      assert.deepEqual(JSON.parse((await page.textContent('#out')) as string), {
        target: 'out',
        source: 'load',
        path: '/',
      })
      assert.equal(await page.evaluate('getComputedStyle(document.querySelector("#busy")).opacity'), '0')
      assert.deepEqual(complaints, [])
      await page.close()
    })

    it('takes the visitor along with a redirect, and the message too', async () => {
      const { page } = await openHome()
      await page.click('#leave')
      await page.locator('#flash', { hasText: 'Saved' }).waitFor()
      assert.equal(page.url(), `${site}/`)
      await page.waitForLoadState('load')
      await page.click('#anchor')
      await page.locator('#flash', { hasText: 'Anchored' }).waitFor()
      await page.goto(site)
      await Promise.all([
        page.waitForURL(`http://localhost:${server.address.port}/other`),
        page.click('#away'),
      ])
      assert.equal(await page.textContent('h1'), 'Other')
      await page.close()
    })

    it('fetches a whole page without loading it anew', async () => {
      const { page, complaints } = await openHome()
      await page.evaluate('window.mark = 1')
      await Promise.all([page.waitForURL(`${site}/other`), page.click('#smooth')])
      await page.getByRole('heading', { name: 'Other' }).waitFor()
      assert.deepEqual([await page.textContent('h1'), await page.evaluate('window.mark')], ['Other', 1])
      await page.goto(site)
      await Promise.all([page.waitForURL(`${site}/other`), page.click('#boosted')])
      await page.getByRole('heading', { name: 'Other' }).waitFor()
      assert.equal(await page.textContent('h1'), 'Other')
      assert.deepEqual(complaints, [])
      await page.close()
    })

    it('shows the whole page when the visitor comes back to what was a fragment', async () => {
      const { page } = await openHome()
      await page.click('#push')
      await page.locator('#out', { hasText: 'part' }).waitFor()
      assert.equal(page.url(), `${site}/pushed`)
      await page.goto(`${site}/other`)
      await page.goBack({ waitUntil: 'load' })
      assert.deepEqual([page.url(), await page.textContent('h1')], [`${site}/pushed`, 'Pushed'])
      await page.close()
    })

    it('swaps parts elsewhere, and leaves the target alone then', async () => {
      const { page } = await openHome()
      await page.click('#parts')
      await page.locator('#count', { hasText: '1' }).waitFor()
      assert.deepEqual(
        [await page.textContent('#list'), await page.textContent('#out')],
        ['<one>', 'nothing'],
      )
      await page.close()
    })

    it('removes its target where the page or the handler says so, with parts elsewhere', async () => {
      for (const [button, row] of [
        ['#remove', '#row-1'],
        ['#reswap', '#row-2'],
      ] as const) {
        const { page } = await openHome()
        await page.click(button)
        await page.locator('#count', { hasText: 'removed' }).waitFor()
        await page.locator(row).waitFor({ state: 'detached' })
        await page.close()
      }
    })

    it('triggers events with what they carry', async () => {
      const { page, complaints } = await openHome()
      const seen: unknown[] = []
      page.on('console', (message) => message.type() === 'log' && seen.push(JSON.parse(message.text())))
      await page.evaluate(`
        const out = document.querySelector('#out')
        for (const name of ['first', 'second', 'third', 'fourth']) addEventListener(name, ({ detail }) =>
          console.log(JSON.stringify([name, detail.text ?? detail.value ?? null, out.textContent])))`)
      const last = page.waitForEvent('console', (message) => message.text().includes('fourth'))
      await page.click('#events')
      await last
      const before = name === 'htmx 2' ? 'nothing' : 'swapped'
      assert.deepEqual(seen, [
        ['first', 'größe 😀', before],
        ['second', null, before],
        ['third', 3, 'swapped'],
        ['fourth', null, 'swapped'],
      ])
      assert.deepEqual(complaints, [])
      await page.close()
    })

    it('shows what is wrong in a form', async () => {
      const { page } = await openHome()
      await page.click('#invalid button')
      await page.waitForSelector('#problem')
      assert.equal(await page.textContent('#invalid'), 'Name is missing')
      await page.close()
    })
  })
}
