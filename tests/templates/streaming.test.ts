import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createApp, get } from '@zzz/core'
import { securityHeaders } from '@zzz/core/middleware'
import { serve } from '@zzz/core/server'
import { createView } from '@zzz/core/template'
import { loadViews } from '@zzz/core/template/build'
import { chromium } from 'playwright-core'
import { without } from '../tls/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-streaming-'))
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
const template =
  '<!doctype html><title>t</title><p>shell</p><table><tbody>{{#await rows as |rows|}}{{#each rows as |row|}}' +
  '<tr><td>{{row}}</td></tr>{{/each}}{{else}}<tr><td>loading</td></tr>{{/await}}</tbody></table>' +
  '<p id="b">{{#await b as |b|}}<b>{{b}}</b>{{else}}wait{{/await}}</p><p>end</p>'
writeFileSync(join(folder, 'page.html.zzz'), template)

interface Data {
  readonly rows: Promise<readonly string[]> | readonly string[]
  readonly b: Promise<string> | string
}
const view = createView<Data>('page', loadViews({ root: folder })('page'))

/** An application with one page whose parts the test finishes. */
function slowApp() {
  const rows = Promise.withResolvers<string[]>()
  const b = Promise.withResolvers<string>()
  const app = createApp({
    environment: 'test',
    use: [securityHeaders()],
    routes: [
      get('/', (ctx) => ctx.render(view, { rows: rows.promise, b: b.promise }, { stream: true })),
      get('/ready', (ctx) => ctx.render(view, { rows: ['x'], b: 'y' }, { stream: { timeout: 10 } })),
      get('/unstreamed', (ctx) => ctx.render(view, { rows: ['x'], b: b.promise })),
    ],
  })
  return { app, rows, b }
}

for (const backend of ['zzz', 'node'] as const) {
  it(`a page comes at once and its parts when they are ready (${backend})`, async () => {
    const { app, rows, b } = slowApp()
    await using server = await serve(app, { port: 0, signals: false, drain: 0, backend })
    const response = await fetch(server.address.url)
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const next = async () => {
      const { value, done } = await reader.read()
      return done ? undefined : Buffer.from(value).toString()
    }
    assert.match(String(await next()), /shell.*loading.*wait.*end/s)
    b.resolve('<i>')
    assert.match(String(await next()), /<b>&lt;i&gt;<\/b>/)
    rows.resolve(['1', '2'])
    assert.match(String(await next()), /<tr><td>1<\/td><\/tr><tr><td>2<\/td><\/tr>/)
    assert.equal(await next(), undefined)
  })
}

it('a page whose parts are there is no stream, and a promise without stream is an error', async () => {
  const { app, b } = slowApp()
  const ready = await (await app.fetch('/ready')).text()
  assert.match(ready, /<tr><td>x<\/td><\/tr>.*<b>y<\/b>/)
  assert.doesNotMatch(ready, /zzz-/)
  assert.equal((await app.fetch('/unstreamed')).status, 500)
  b.resolve('')
})

describe('in Chromium', { skip: without('chromium') }, () => {
  it('late parts move to their places, under a strict policy, and leave nothing behind', async () => {
    const { app, rows, b } = slowApp()
    await using server = await serve(app, { port: 0, signals: false, drain: 0 })
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
    })
    try {
      const page = await context.newPage()
      await page.goto(server.address.url, { waitUntil: 'commit' })
      await page.getByText('end').waitFor()
      assert.equal(await page.textContent('td'), 'loading')
      rows.resolve(['1', '<2>'])
      await page.getByText('<2>').waitFor()
      assert.deepEqual(await page.locator('tbody > tr > td').allTextContents(), ['1', '<2>'])
      assert.equal(await page.textContent('#b'), 'wait')
      b.resolve('done')
      await page.locator('#b > b').waitFor()
      await page.waitForLoadState('load')
      assert.equal(await page.locator('#b').innerHTML(), '<b>done</b>')
      assert.equal(await page.locator('script, template').count(), 0)
    } finally {
      await context.close()
    }
  })
})
