import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import type { Middleware } from '../../context/middleware.ts'
import { HttpError } from '../../errors.ts'
import type { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import { type ErrorPage, type ErrorPagesOptions, errorPages } from './error-pages.ts'

const teapot = new HttpError(418, 'short and stout')
const cookies: Middleware = async (_ctx, next) =>
  (await next()).append('set-cookie', 'a=1').append('set-cookie', 'b=2').header('cache-control', 'no-store')

/** The reply of an app with these pages to a browser, unless told. */
async function ask(
  pages: ErrorPagesOptions['pages'],
  path: string,
  { accept = 'text/html', method = 'GET' } = {},
): Promise<Reply> {
  const app = createApp({
    environment: 'production',
    use: [errorPages({ pages }), cookies],
    routes: [
      get('/', (ctx) => ctx.text('fine')),
      get('/returned', (ctx) => ctx.text('returned', 404)),
      get('/teapot', () => {
        throw teapot
      }),
      get('/fail', async () => {
        throw new Error('secret')
      }),
    ],
  })
  return app.handle(makeRequest({ target: path, method, headers: { accept } }))
}

describe('errorPages', () => {
  it('takes the most exact page', async () => {
    const page = (name: string) => (ctx: { html(text: string): Reply }) => ctx.html(name)
    const pages = { '404': page('404'), '4xx': page('4xx'), '5xx': page('5xx'), default: page('default') }
    assert.equal((await ask(pages, '/missing')).body, '404')
    assert.equal((await ask(pages, '/teapot')).body, '4xx')
    assert.equal((await ask(pages, '/fail')).body, '5xx')
    assert.equal((await ask({ default: page('default') }, '/fail')).body, 'default')
    assert.match(String((await ask({ '404': page('404') }, '/fail')).body), /<h1>500 Internal Server Error/)
  })

  it('keeps status, error and headers; the page may set its own', async () => {
    const reply = await ask({ 418: (ctx) => ctx.html('tea').header('cache-control', 'max-age=1') }, '/teapot')
    assert.deepEqual([reply.statusCode, reply.error, reply.body], [418, teapot, 'tea'])
    assert.deepEqual(reply.headers.getAll('content-type'), ['text/html; charset=utf-8'])
    assert.deepEqual(reply.headers.getAll('cache-control'), ['max-age=1'])
    assert.deepEqual(reply.headers.getAll('set-cookie'), ['a=1', 'b=2'])
    const refused = await ask({ 405: (ctx) => ctx.html('no') }, '/', { method: 'POST' })
    assert.deepEqual([refused.statusCode, refused.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
  })

  it('hands the page the context and the reply that would go out', async () => {
    const reply = await ask(
      { 418: (ctx, original) => ctx.html(`${ctx.path} ${original.statusCode}`) },
      '/teapot',
    )
    assert.equal(reply.body, '/teapot 418')
  })

  it('takes web responses and pages that come later', async () => {
    const reply = await ask(
      { 404: async () => new Response('web', { headers: { 'x-page': '1' } }) },
      '/missing',
    )
    assert.deepEqual([reply.statusCode, reply.headers.get('x-page')], [404, '1'])
    assert.equal(await new Response(reply.body as ReadableStream).text(), 'web')
  })

  it('leaves alone what is no error and clients that want no HTML', async () => {
    const pages = { default: () => new Response('page') }
    assert.equal((await ask(pages, '/')).body, 'fine')
    assert.equal((await ask(pages, '/returned')).body, 'returned')
    assert.equal(
      (await ask(pages, '/missing', { accept: '*/*' })).body,
      '404 Not Found\nThere is nothing at /missing\n',
    )
    const json = await ask(pages, '/missing', { accept: 'application/json' })
    assert.equal(json.headers.get('content-type'), 'application/problem+json')
  })

  it('falls back to the built-in page when one fails, and reports that', async () => {
    const failures: ErrorPage[] = [
      () => Promise.reject(new Error('rejected')),
      () => {
        throw new Error('thrown')
      },
      () => 'no reply' as never,
    ]
    const warnings: string[] = []
    const onWarning = ({ name, message }: Error) => {
      if (name === 'ZzzUnhandledError') warnings.push(message)
    }
    process.on('warning', onWarning)
    for (const page of failures) {
      const reply = await ask({ default: page }, '/teapot')
      assert.deepEqual([reply.statusCode, reply.error], [418, teapot])
      assert.match(String(reply.body), /<h1>418 .*<p>short and stout/)
      assert.deepEqual(reply.headers.getAll('set-cookie'), ['a=1', 'b=2'])
    }
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    assert.equal(warnings.length, 3)
    assert.equal(warnings[0], 'The error page of 418 was not made: rejected')
  })

  it('refuses impossible options', () => {
    const loose = errorPages as unknown as (options: unknown) => void
    const refused = (options: unknown, message: RegExp) =>
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    for (const status of ['200', '4x', '600', 'toString', '40x']) {
      refused({ pages: { [status]: () => {} } }, new RegExp(`errorPages: "${status}" is no status`))
    }
    refused({ pages: { 404: '<h1>' } }, /page of 404 is "<h1>", not a function/)
    refused({ pages: null }, /"pages" has to be/)
    refused({ page: {} }, /"page"/)
  })
})
