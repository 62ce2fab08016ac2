import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import { HttpError } from '../errors.ts'
import { Reply } from '../http/reply.ts'
import { get } from '../router/route.ts'
import { testKey } from '../secrets/secrets.suite.ts'
import { flashKey } from '../session/flash.ts'
import { sessionKey } from '../session/session.ts'
import { flash } from './flash.ts'
import { session } from './session/session.ts'

const app = createApp({
  environment: 'production',
  secretKeyBase: testKey,
  use: [session(), flash()],
  routes: [
    get('/save/:text', (ctx) => {
      ctx.get(flashKey).set('info', ctx.params.text)
      return ctx.redirect('/', 303)
    }),
    get('/', (ctx) => ctx.text(ctx.get(flashKey).get('info') ?? '-')),
    get('/all', (ctx) => ctx.json(ctx.get(flashKey).all)),
    get('/blind', (ctx) => ctx.text('')),
    get('/moved', (ctx) => ctx.redirect('/')),
    get('/htmx/:header', (ctx) => ctx.text('').header(ctx.params.header, '/')),
    get('/304', () => new Reply(304, null)),
    get('/more', (ctx) => {
      ctx.get(flashKey).set('error', 'and this')
      return ctx.redirect('/')
    }),
    get('/here', (ctx) => {
      ctx.get(flashKey).set('info', 'at once')
      return ctx.text(ctx.get(flashKey).get('info') as string)
    }),
    get('/proto', (ctx) => {
      ctx.get(flashKey).set('__proto__', 'odd')
      return ctx.redirect('/')
    }),
    get('/logout', (ctx) => {
      ctx.get(sessionKey).destroy()
      ctx.get(flashKey).set('info', 'bye')
      return ctx.redirect('/')
    }),
    get('/fail', () => {
      throw new HttpError(500, 'x')
    }),
  ],
})

it('flash says what to do where the session is missing or comes too late', async () => {
  for (const use of [[flash()], [flash(), session()]]) {
    const misplaced = createApp({ environment: 'development', use, routes: [] })
    const response = await misplaced.fetch('/')
    assert.equal(response.status, 500)
    assert.match(await response.text(), /Nothing was set under "session" for GET \/\. Put session\(\) before/)
  }
})

/** Asks for pages in turn, as one browser; gives the last one's text. */
async function browse(...paths: string[]): Promise<string> {
  let cookie = ''
  let text = ''
  for (const path of paths) {
    const response = await app.fetch(path, { headers: cookie === '' ? {} : { cookie } })
    for (const line of response.headers.getSetCookie()) {
      cookie = line.includes('Max-Age=0') ? '' : (line.split(';')[0] as string)
    }
    text = await response.text()
  }
  return text
}

describe('flash', () => {
  it('shows a message on the next page, once', async () => {
    assert.equal(await browse('/save/Saved', '/'), 'Saved')
    assert.equal(await browse('/save/Saved', '/', '/'), '-')
    assert.equal(await browse('/save/Saved', '/all'), '{"info":"Saved"}')
  })

  it('outlasts a chain of redirects, and a 304', async () => {
    assert.equal(await browse('/save/Saved', '/moved', '/moved', '/'), 'Saved')
    assert.equal(await browse('/save/Saved', '/304', '/'), 'Saved')
    assert.equal(await browse('/save/Saved', '/more', '/all'), '{"info":"Saved","error":"and this"}')
    assert.equal(await browse('/save/One', '/save/Two', '/'), 'Two')
  })

  it('outlasts what makes htmx load a page', async () => {
    for (const header of ['hx-redirect', 'hx-location', 'hx-refresh']) {
      assert.equal(await browse('/save/Saved', `/htmx/${header}`, '/'), 'Saved', header)
    }
    assert.equal(await browse('/save/Saved', '/htmx/hx-trigger', '/'), '-')
  })

  it('ends with the next page, shown or not', async () => {
    assert.equal(await browse('/save/Saved', '/blind', '/'), '-')
    assert.equal(await browse('/save/Saved', '/fail', '/'), '-')
  })

  it('outlasts what a page loads by itself, such as an icon between a form and the next page', async () => {
    const cookie = (await app.fetch('/save/Saved')).headers.getSetCookie()[0]?.split(';')[0] as string
    for (const destination of ['image', 'script', 'style', 'font', 'manifest', 'serviceworker']) {
      const part = await app.fetch('/blind', { headers: { cookie, 'sec-fetch-dest': destination } })
      assert.deepEqual(part.headers.getSetCookie(), [], destination)
    }
    for (const destination of ['document', 'iframe', 'empty']) {
      const page = await app.fetch('/blind', { headers: { cookie, 'sec-fetch-dest': destination } })
      assert.match(page.headers.getSetCookie()[0] as string, /^session=; Max-Age=0/, destination)
    }
  })

  it('can be set for the page itself, and does not stay then', async () => {
    assert.equal(await browse('/here'), 'at once')
    assert.equal(await browse('/here', '/'), '-')
  })

  it('says goodbye after the session has ended', async () => {
    assert.equal(await browse('/save/x', '/logout', '/'), 'bye')
    assert.equal(await browse('/logout', '/', '/'), '-')
  })

  it('takes any kind', async () => {
    assert.equal(await browse('/proto', '/all'), '{"__proto__":"odd"}')
  })

  it('sets no cookie where there is no message', async () => {
    for (const path of ['/', '/blind', '/moved', '/here']) {
      assert.deepEqual((await app.fetch(path)).headers.getSetCookie(), [], path)
    }
  })

  it('leaves nothing behind once it was shown', async () => {
    const saved = await app.fetch('/save/x')
    const cookie = (saved.headers.get('set-cookie') as string).split(';')[0] as string
    const shown = await app.fetch('/', { headers: { cookie } })
    assert.match(shown.headers.get('set-cookie') as string, /^session=; Max-Age=0/)
  })
})
