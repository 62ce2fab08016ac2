import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createApp, get } from '@zzz/core'
import { cspNonceKey, securityHeaders } from '@zzz/core/middleware'
import { type Server, serve } from '@zzz/core/server'
import { without } from '../tls/tools.ts'
import { type Chromium, startChromium } from './chromium.ts'

/** The Content-Security-Policy as a browser enforces it. */

const app = createApp({
  environment: 'test',
  use: [securityHeaders()],
  routes: [
    get('/', (ctx) =>
      ctx.html(
        `<!doctype html><title>none</title><style>h1 { color: rgb(1, 2, 3) }</style>` +
          `<style nonce="${ctx.get(cspNonceKey)}">p { color: rgb(1, 2, 3) }</style><h1>a</h1><p>b</p>` +
          `<script>document.title += ' inline'</script>` +
          `<img src="data:image/png," onerror="document.title += ' attribute'">` +
          `<script nonce="${ctx.get(cspNonceKey)}">document.title += ' nonce'</script>` +
          `<script nonce="guessed">document.title += ' guessed'</script>` +
          `<script src="/own.js"></script><script src="data:text/javascript,document.title+='data'"></script>`,
      ),
    ),
    get('/own.js', (ctx) => ctx.respond(`document.title += ' own'`, { type: 'text/javascript' })),
  ],
})

describe('the Content-Security-Policy in Chromium', { skip: without('chromium') }, () => {
  let chromium: Chromium
  let server: Server
  before(async () => {
    chromium = await startChromium()
    server = await serve(app, { port: 0, signals: false, drain: 0 })
  })
  after(async () => {
    await server?.close()
    await chromium?.[Symbol.asyncDispose]()
  })

  it('runs the own scripts and those with the nonce, and no others', async () => {
    const page = await chromium.context.newPage()
    await page.goto(server.address.url)
    assert.equal(await page.title(), 'none nonce own')
    const colours = await page.evaluate(
      `[...document.querySelectorAll('h1, p')].map((e) => getComputedStyle(e).color)`,
    )
    assert.deepEqual(colours, ['rgb(0, 0, 0)', 'rgb(1, 2, 3)'])
    await page.close()
  })

  it('leaves the built-in error page its style', async () => {
    const page = await chromium.context.newPage()
    await page.goto(`${server.address.url}/missing`)
    assert.equal(await page.textContent('h1'), '404 Not Found')
    assert.equal(await page.evaluate(`getComputedStyle(document.body).color`), 'rgb(34, 34, 34)')
    await page.close()
  })
})
