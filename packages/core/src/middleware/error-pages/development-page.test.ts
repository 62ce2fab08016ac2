import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createApp } from '../../app/app.ts'
import { cspNonceKey } from '../../context/keys.ts'
import type { Middleware } from '../../context/middleware.ts'
import { HttpError } from '../../errors.ts'
import { get } from '../../router/route.ts'
import { type ErrorPagesOptions, errorPages } from './error-pages.ts'

const withNonce: Middleware = (ctx, next) => {
  ctx.set(cspNonceKey, 'n0nce')
  return next()
}

interface Asked extends ErrorPagesOptions {
  readonly environment?: string
  readonly accept?: string
  readonly use?: Middleware[]
}

/** The reply to a browser when a handler throws this. */
async function replyTo(
  thrown: unknown,
  { environment = 'development', accept = 'text/html', use = [], ...options }: Asked = {},
) {
  const app = createApp({
    environment,
    use: [...use, errorPages(options)],
    routes: [
      get('/orders/:id', () => {
        throw thrown
      }),
    ],
  })
  const headers = { accept, authorization: 'Bearer hunter2', cookie: 'session=hunter2', 'x-plain': 'shown' }
  const response = await app.fetch('/orders/7?token=hunter2', { headers })
  return { response, body: await response.text() }
}

describe('the development page', () => {
  it('shows message, source, stack, causes and the request, and no secrets', async () => {
    const root = Object.assign(new TypeError('root postgres://a:hunter3@db'), {
      config: { password: 'hunter3' },
    })
    const error = new Error('kaboom <b>', { cause: new Error('middle', { cause: root }) })
    const { response, body } = await replyTo(error)
    assert.deepEqual(
      [response.status, response.headers.get('content-type')],
      [500, 'text/html; charset=utf-8'],
    )
    const shown = [
      '500 Internal Server Error',
      'kaboom &lt;b&gt;',
      'development-page.test.ts',
      '/orders/:id',
      'x-plain',
    ]
    for (const part of [...shown, 'Error: middle', 'TypeError: root', 'GET'])
      assert.ok(body.includes(part), part)
    assert.ok(!body.includes('kaboom <b>'))
    for (const secret of ['Bearer hunter2', 'session=hunter2', 'token=hunter2', 'a:hunter3@db)'])
      assert.ok(!body.includes(secret), secret)
  })

  it('is for errors from 500 on, in development, for browsers', async () => {
    const isPage = ({ body }: { body: string }) => body.includes('Stack Trace')
    assert.equal(isPage(await replyTo(new Error('x'))), true)
    assert.equal(isPage(await replyTo(new HttpError(503, 'x'))), true)
    assert.equal(isPage(await replyTo(new HttpError(404, 'x'))), false)
    assert.equal(isPage(await replyTo(new Error('x'), { developmentPage: false })), false)
    assert.equal(isPage(await replyTo(new Error('x'), { accept: 'application/json' })), false)
    assert.equal(isPage(await replyTo(new Error('x'), { accept: '*/*' })), false)
    for (const environment of ['production', 'test', 'staging']) {
      const { body } = await replyTo(new Error('hunter2'), { environment })
      assert.ok(!body.includes('hunter2') && !body.includes('.test.ts'), environment)
    }
  })

  it('keeps the lines of a message that has several, as those about templates do', async () => {
    const lines = /#error-message span\{white-space:pre-wrap/
    assert.match((await replyTo(new Error('a.html.zzz:1:1\n> 1 | {{'))).body, lines)
    assert.doesNotMatch((await replyTo(new Error('one line'))).body, lines)
  })

  it('comes before pages of the application’s own, which keep the rest', async () => {
    const pages = { default: () => new Response('own') }
    assert.match((await replyTo(new Error('x'), { pages })).body, /Stack Trace/)
    assert.equal((await replyTo(new HttpError(404, 'x'), { pages })).body, 'own')
    assert.equal((await replyTo(new Error('x'), { pages, developmentPage: false })).body, 'own')
  })

  it('needs nothing inline that a nonce cannot allow, where there is one', async () => {
    const { body } = await replyTo(new Error('x', { cause: { deep: [1] } }), { use: [withNonce] })
    assert.deepEqual(body.match(/<[a-z][^<>]*\s(?:style|on\w+)="[^<>]*>/g), null)
    for (const [tag] of body.matchAll(/<(?:style|script)\b[^>]*>/g)) assert.match(tag, / nonce="n0nce"/)
  })

  it('lets nothing of an error become markup', async () => {
    const evil = '</pre><img src=x onerror=alert(1)>'
    const error = Object.assign(new Error(evil, { cause: new Error(evil) }), {
      hint: evil,
      name: evil,
      code: evil,
    })
    for (const use of [[], [withNonce]])
      assert.ok(!(await replyTo(error, { use })).body.includes('<img src=x'))
  })

  it('reads only code, though a message can look like a stack', async () => {
    const { body } = await replyTo(
      new Error('x\n    at y (/etc/passwd:1:1)\n    at z (file:///etc/hosts:1:1)'),
    )
    const first = ['/etc/passwd', '/etc/hosts'].map((file) => readFileSync(file, 'utf8').split('\n')[0] ?? '')
    for (const line of first) assert.ok(line !== '' && !body.includes(line))
  })

  it('shows anything that is thrown', async () => {
    for (const thrown of [
      'text',
      7,
      undefined,
      null,
      {},
      Object.create(null),
      new AggregateError([new Error('a')], 'both'),
    ])
      assert.equal((await replyTo(thrown)).response.status, 500)
  })

  it('is the built-in one where youch is not installed', async () => {
    const program = `
      import { registerHooks } from 'node:module'
      registerHooks({ resolve(name, context, next) {
        if (name === 'youch') throw Object.assign(new Error("Cannot find module 'youch'"), { code: 'MODULE_NOT_FOUND' })
        return next(name, context)
      } })
      const { createApp } = await import(${JSON.stringify(import.meta.resolve('../../app/app.ts'))})
      const { get } = await import(${JSON.stringify(import.meta.resolve('../../router/route.ts'))})
      const { errorPages } = await import(${JSON.stringify(import.meta.resolve('./error-pages.ts'))})
      const routes = [get('/', () => { throw new Error('kaboom') })]
      const app = createApp({ environment: 'development', use: [errorPages()], routes })
      console.log(await (await app.fetch('/', { headers: { accept: 'text/html' } })).text())`
    const args = ['--conditions=@zzz/source', '--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    assert.match(stdout, /<h1>500 Internal Server Error<\/h1><p>kaboom<\/p><pre>Error: kaboom/)
  })
})
