import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createApp, get, type Middleware, post, put, scope } from '@zzz/core'
import { cors } from '@zzz/core/middleware'
import { type Server, serve } from '@zzz/core/server'
import { without } from '../tls/tools.ts'
import { type Chromium, startChromium } from './chromium.ts'

/** CORS as a browser enforces it: pages of one origin ask a server of another. */

/** Refuses everyone without a cookie, preflights too, as authentication does. */
const needsCookie: Middleware = (ctx, next) =>
  ctx.header('cookie')?.includes('who=ada') ? next() : ctx.text('who are you?', 401)

const pages = () =>
  createApp({ environment: 'test', routes: [get('/', (ctx) => ctx.html('<!doctype html>'))] })

function apiFor(origin: string, seen: string[]) {
  const watch: Middleware = (ctx, next) => {
    seen.push(`${ctx.method} ${ctx.path}`)
    return next()
  }
  return createApp({
    environment: 'test',
    use: [watch],
    routes: [
      get('/closed', (ctx) => ctx.text('closed')),
      get('/everyone', { use: [cors({ origins: '*' })] }, (ctx) => ctx.text('everyone')),
      scope('/api', { use: [cors({ origins: [origin], expose: ['x-shown'], headers: ['x-token'] })] }, [
        get('/simple', (ctx) => ctx.text('simple').header('x-shown', 'yes').header('x-hidden', 'no')),
        put('/item', async (ctx) => ctx.text(`${ctx.header('x-token')} ${await ctx.request.text()}`)),
        post('/fails', () => {
          throw new Error('x')
        }),
      ]),
      scope('/mine', { use: [cors({ origins: [origin], credentials: true }), needsCookie] }, [
        put('/item', (ctx) => ctx.text('mine')),
      ]),
      get('/login', { use: [cors({ origins: [origin], credentials: true })] }, (ctx) =>
        ctx.text('').header('set-cookie', 'who=ada'),
      ),
    ],
  })
}

describe('CORS in Chromium', { skip: without('chromium') }, () => {
  const seen: string[] = []
  let chromium: Chromium
  let site: Server
  let stranger: Server
  let api: Server
  before(async () => {
    chromium = await startChromium()
    site = await serve(pages(), { port: 0, signals: false, drain: 0 })
    stranger = await serve(pages(), { port: 0, signals: false, drain: 0 })
    const app = apiFor(site.address.url, seen)
    api = await serve(app, { port: 0, signals: false, drain: 0 })
  })
  after(async () => {
    for (const server of [site, stranger, api]) await server?.close()
    await chromium?.[Symbol.asyncDispose]()
  })

  /** Fetches from a page of another origin: status, body, and the headers that the page can read; or `refused`. */
  async function fetchFrom(from: Server, path: string, init: RequestInit = {}): Promise<string> {
    const page = await chromium.context.newPage()
    seen.length = 0
    try {
      await page.goto(from.address.url)
      return await page.evaluate(fetchInPage, JSON.stringify([api.address.url + path, init]))
    } finally {
      await page.close()
    }
  }

  it('lets a page read a simple request, and the headers that are exposed', async () => {
    assert.equal(await fetchFrom(site, '/api/simple'), '200 simple yes -')
    assert.deepEqual(seen, ['GET /api/simple'])
    assert.equal(await fetchFrom(stranger, '/everyone'), '200 everyone - -')
  })

  it('refuses pages of other origins, and routes without CORS', async () => {
    assert.equal(await fetchFrom(stranger, '/api/simple'), 'refused')
    assert.equal(await fetchFrom(site, '/closed'), 'refused')
    // The request itself went through: CORS protects what is read.
    assert.deepEqual(seen, ['GET /closed'])
  })

  it('answers preflights of scopes', async () => {
    const init = { method: 'PUT', body: 'hello', headers: { 'x-token': 't' } }
    assert.equal(await fetchFrom(site, '/api/item', init), '200 t hello - -')
    assert.deepEqual(seen, ['OPTIONS /api/item', 'PUT /api/item'])
  })

  it('stops at the preflight what is not allowed', async () => {
    const other = { method: 'PUT', headers: { 'x-other': 't' } }
    assert.equal(await fetchFrom(site, '/api/item', other), 'refused')
    assert.deepEqual(seen, ['OPTIONS /api/item'])
    assert.equal(await fetchFrom(stranger, '/api/item', { method: 'PUT' }), 'refused')
    assert.deepEqual(seen, ['OPTIONS /api/item'])
  })

  it('lets a page read errors', async () => {
    assert.match(await fetchFrom(site, '/api/fails', { method: 'POST' }), /^500 /)
  })

  it('lets cookies come along where credentials are allowed, and only there', async () => {
    const init = { method: 'PUT', credentials: 'include' } as const
    assert.equal(await fetchFrom(site, '/mine/item', init), '401 who are you? - -')
    assert.deepEqual(seen, ['OPTIONS /mine/item', 'PUT /mine/item'])
    assert.match(await fetchFrom(site, '/login', { credentials: 'include' }), /^200 /)
    assert.equal(await fetchFrom(site, '/mine/item', init), '200 mine - -')
    assert.equal(await fetchFrom(site, '/everyone', { credentials: 'include' }), 'refused')
  })
})

/** Runs in the page. */
async function fetchInPage(given: string): Promise<string> {
  const [url, init] = JSON.parse(given) as [string, RequestInit]
  try {
    const response = await fetch(url, init)
    const { headers } = response
    const body = await response.text()
    return [response.status, body, headers.get('x-shown') ?? '-', headers.get('x-hidden') ?? '-'].join(' ')
  } catch {
    return 'refused'
  }
}
