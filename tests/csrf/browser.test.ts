import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createApp, get, post } from '@zzz/core'
import { csrf, csrfToken, flash, flashKey, session, sessionKey, sessionValue } from '@zzz/core/middleware'
import { selfSignedCertificate, serve } from '@zzz/core/server'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { without } from '../tls/tools.ts'

/** Forms as a browser sends them: Chromium, with pages of our own site and of another. */

const name = sessionValue<string>('name')

const own = createApp({
  environment: 'test',
  secretKeyBase: 'a key for tests, that nobody needs to guess',
  use: [session({ cookie: { sameSite: 'lax' } }), flash(), csrf()],
  routes: [
    get('/', (ctx) => {
      const message = ctx.get(flashKey).get('info') ?? ''
      return ctx.html(`<p>${message}</p><p>${ctx.get(sessionKey).get(name) ?? 'nobody'}</p>`)
    }),
    get('/form', (ctx) =>
      ctx.html(
        `<form method="post" action="/form"><input name="name" value="Ada">` +
          `<input type="hidden" name="_csrf" value="${csrfToken(ctx)}"><button>Send</button></form>`,
      ),
    ),
    // A form of our own that forgets the token is fine in a browser that says where it comes from.
    get('/bare', (ctx) =>
      ctx.html(
        '<form method="post" action="/form"><input name="name" value="Bob"><button>Send</button></form>',
      ),
    ),
    post('/form', async (ctx) => {
      ctx.get(sessionKey).set(name, (await ctx.formValue('name')) ?? '')
      ctx.get(flashKey).set('info', 'Saved')
      return ctx.redirect('/', 303)
    }),
  ],
})

/** Another site, whose page sends a form to ours as soon as it is opened. */
const evil = createApp({
  environment: 'test',
  routes: [
    get('/', (ctx) =>
      ctx.html(
        `<form method="post" action="${ctx.query.get('to')}/form"><input name="name" value="Eve"></form>` +
          '<script>document.forms[0].submit()</script>',
      ),
    ),
    get('/fetch', (ctx) =>
      ctx.html(
        `<script>fetch("${ctx.query.get('to')}/form", { method: "POST", mode: "no-cors", credentials: "include",` +
          ' body: new URLSearchParams({ name: "Eve" }) }).finally(() => (document.title = "sent"))</script>',
      ),
    ),
  ],
})

const skip = without('chromium')

describe('csrf in Chromium', { skip }, () => {
  let folder: string
  let context: BrowserContext
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'zzz-chromium-'))
    context = await chromium.launchPersistentContext(folder, {
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--host-resolver-rules=MAP *.test 127.0.0.1',
        '--ignore-certificate-errors',
      ],
    })
  })
  after(async () => {
    await context?.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const texts = (page: Page) => page.locator('p').allTextContents()

  // Browsers say Sec-Fetch-Site to hosts that they trust only: to localhost, not to a name over plain HTTP.
  for (const host of ['localhost', 'own.test']) {
    it(`takes our own forms on ${host}, shows the message once, and refuses those of another site`, async () => {
      await using ours = await serve(own, { port: 0, signals: false, drain: 0 })
      await using theirs = await serve(evil, { port: 0, signals: false, drain: 0 })
      const site = `http://${host}:${ours.address.port}`
      const attack = `http://evil.test:${theirs.address.port}`
      const page = await context.newPage()

      await page.goto(`${site}/form`)
      await page.click('button')
      assert.deepEqual(await texts(page), ['Saved', 'Ada'])
      await page.reload()
      assert.deepEqual(await texts(page), ['', 'Ada'])

      await page.goto(`${site}/bare`)
      await page.click('button')
      assert.deepEqual(await texts(page), ['Saved', 'Bob'])

      const refused = page.waitForResponse((response) => response.url() === `${site}/form`)
      await page.goto(`${attack}/?to=${site}`)
      assert.equal((await refused).status(), 403)
      const fetched = page.waitForResponse((response) => response.url() === `${site}/form`)
      await page.goto(`${attack}/fetch?to=${site}`)
      assert.equal((await fetched).status(), 403)

      await page.goto(site)
      assert.deepEqual(await texts(page), ['', 'Bob'])
      await page.close()
    })
  }

  it('keeps the session over HTTPS in a cookie that neighbours and networks cannot plant', async () => {
    await using ours = await serve(own, { port: 0, signals: false, drain: 0, tls: selfSignedCertificate() })
    const site = `https://localhost:${ours.address.port}`
    const page = await context.newPage()
    await page.goto(`${site}/form`)
    await page.click('button')
    assert.deepEqual(await texts(page), ['Saved', 'Ada'])
    const { name, secure, httpOnly, sameSite } =
      (await context.cookies(site)).find((cookie) => cookie.secure) ?? {}
    assert.deepEqual([name, secure, httpOnly, sameSite], ['__Host-session', true, true, 'Lax'])
    await page.close()
  })
})
