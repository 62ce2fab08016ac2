import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createApp, get, type Middleware } from '@zzz/core'
import { cspNonceKey, errorPages } from '@zzz/core/middleware'
import { type Server, serve } from '@zzz/core/server'
import { type Browser, chromium } from 'playwright-core'
import { without } from './tls/tools.ts'

/** The page of an error in development, in Chromium, under a policy that allows nothing but a nonce. */

const strictPolicy: Middleware = async (ctx, next) => {
  ctx.set(cspNonceKey, 'n0nce')
  const policy = "default-src 'none'; script-src 'nonce-n0nce'; style-src 'nonce-n0nce'; img-src data:"
  return (await next()).header('content-security-policy', policy)
}

const routes = [
  get('/boom', () => {
    throw new Error('kaboom', { cause: new TypeError('the reason') })
  }),
]
const skip = without('chromium')

describe('the development page in Chromium', { skip }, () => {
  let browser: Browser
  let server: Server
  before(async () => {
    const app = createApp({ environment: 'development', use: [strictPolicy, errorPages()], routes })
    server = await serve(app, { port: 0, signals: false, drain: 0 })
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
    })
  })
  after(async () => {
    await browser?.close()
    await server.close()
  })

  it('works: source at the line of the error, causes, switches, and nothing that the policy refuses', async () => {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    const response = await page.goto(`${server.address.url}/boom`)
    assert.equal(response?.status(), 500)
    assert.equal(await page.textContent('#error-message span:nth-of-type(2)'), 'kaboom')
    assert.match(String(await page.textContent('#stack-frames-formatted')), /throw new Error\('kaboom'/)
    assert.ok(await page.locator('.card-subtitle', { hasText: 'TypeError: the reason' }).isVisible())
    assert.equal(await page.locator('#stack-frames-raw').isVisible(), false)
    await page.click('#raw-frames-toggle')
    assert.equal(await page.locator('#stack-frames-raw').isVisible(), true)
    await page.click('#copy-error-btn')
    await page.locator('#copy-error-btn.copied').waitFor()
    // Chromium says of every reply with an error status that a resource failed to load.
    assert.deepEqual(
      complaints.filter((text) => !text.startsWith('Failed to load resource')),
      [],
    )
  })
})
