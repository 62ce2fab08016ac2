import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Middleware } from '../context/middleware.ts'
import { any, del, get, patch, post, put } from '../router/route.ts'
import { type App, createApp } from './app.ts'

const seen: string[] = []
const look: Middleware = async (ctx, next) => {
  const reply = await next()
  seen.push(`${ctx.method} ${ctx.path} ${reply.statusCode}`)
  return reply
}

function makeApp(methodOverride?: boolean): App {
  return createApp({
    environment: 'production',
    methodOverride,
    use: [look],
    bodyLimit: 1000,
    routes: [
      put('/posts/:id', async (ctx) => ctx.text(`put ${ctx.params.id} ${await ctx.formValue('title')}`)),
      patch('/posts/:id', { bodyLimit: 5000 }, async (ctx) =>
        ctx.text(`patch ${await ctx.formValue('title')}`),
      ),
      del('/posts/:id', (ctx) => ctx.text(`${ctx.method} ${ctx.route?.method} ${ctx.params.id}`)),
      post('/both', async (ctx) => ctx.text(`post ${await ctx.formValue('_method')}`)),
      del('/both', (ctx) => ctx.text('delete')),
      post('/stream', async (ctx) => {
        let size = 0
        for await (const bytes of ctx.request.body) size += bytes.length
        return ctx.text(String(size))
      }),
      any('/any', async (ctx) => {
        for await (const _ of ctx.request.body);
        return ctx.text(ctx.method)
      }),
      get('/posts/:id', (ctx) => ctx.text('get')),
    ],
  }) as App
}

const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })

describe('methodOverride', () => {
  const app = makeApp(true)
  const answer = async (path: string, init: RequestInit, status = 200) => {
    const response = await app.fetch(path, init)
    assert.equal(response.status, status)
    return response.text()
  }

  it('handles a form as the method that it asks for, in any case, and its fields stay readable', async () => {
    assert.equal(await answer('/posts/7', form({ _method: 'PUT', title: 'x' })), 'put 7 x')
    assert.equal(await answer('/posts/7', form({ _method: 'patch', title: 'x' })), 'patch x')
    assert.equal(await answer('/posts/7', form({ _method: 'Delete' })), 'DELETE DELETE 7')
    const body = new FormData()
    body.set('_method', 'PUT')
    body.set('title', 'in parts')
    assert.equal(await answer('/posts/7', { method: 'POST', body }), 'put 7 in parts')
  })

  it('is seen by middleware, so that what guards DELETE guards it', async () => {
    seen.length = 0
    await answer('/posts/7', form({ _method: 'delete' }))
    assert.deepEqual(seen, ['DELETE /posts/7 200'])
  })

  it('is for forms that are posted, and for three methods', async () => {
    for (const method of ['', 'GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT', 'PURGE', 'PUT ', '__proto__']) {
      await answer('/posts/7', form({ _method: method }), 405)
    }
    await answer('/posts/7', form({ title: 'no method' }), 405)
    const json = { 'content-type': 'application/json' }
    await answer('/posts/7', { method: 'POST', headers: json, body: '{"_method":"DELETE"}' }, 405)
    await answer('/posts/7?_method=DELETE', { method: 'POST' }, 405)
    assert.equal(await answer('/posts/7?_method=DELETE', {}), 'get')
    assert.equal(
      await answer('/posts/7', { ...form({ _method: 'DELETE', title: 'x' }), method: 'PUT' }),
      'put 7 x',
    )
    await answer('/missing', form({ _method: 'DELETE' }), 404)
  })

  it('leaves a POST that asks for nothing as it is', async () => {
    assert.equal(await answer('/both', form({ _method: 'nothing' })), 'post nothing')
    assert.equal(
      await answer('/both', form({ _method: 'PATCH' }), 405),
      '405 Method Not Allowed\n/both does not take PATCH, only DELETE, OPTIONS, POST\n',
    )
    assert.equal(await answer('/both', form({ _method: 'DELETE' })), 'delete')
  })

  it('does not read what it cannot be about', async () => {
    assert.equal(await answer('/stream', form({ _method: 'PUT' })), '11')
    assert.equal(await answer('/any', form({ _method: 'PUT' })), 'POST')
  })

  it('reads as much as one of the routes would', async () => {
    const title = 'x'.repeat(3000)
    assert.equal(await answer('/posts/7', form({ _method: 'patch', title })), `patch ${title}`)
    seen.length = 0
    await answer('/posts/7', form({ _method: 'patch', title: title + title }), 413)
    await answer(
      '/posts/7',
      {
        ...form({}),
        body: '__proto__[x]=1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      400,
    )
    assert.deepEqual(seen, ['POST /posts/7 413', 'POST /posts/7 400'])
  })

  it('is off unless asked for', async () => {
    for (const off of [makeApp(), makeApp(false)]) {
      assert.equal((await off.fetch('/posts/7', form({ _method: 'DELETE' }))).status, 405)
    }
    const wrong = { methodOverride: 'yes' as unknown as boolean, routes: [] }
    assert.throws(() => createApp(wrong), { code: 'ZZZ_OPTION_INVALID', message: /"methodOverride"/ })
  })
})
