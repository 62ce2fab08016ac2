import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { flattenRoutes } from './flatten.ts'
import { resources } from './resources.ts'
import { type AnyRoute, get } from './route.ts'

const handler = (ctx: Context) => ctx.text('')
const controller = {
  index: handler,
  new: handler,
  create: handler,
  show: handler,
  edit: handler,
  update: handler,
  delete: handler,
}

/** Routes as lines: method, pattern, name. */
function lines(...routes: AnyRoute[]): string[] {
  return flattenRoutes(routes).map(({ method, pattern, name }) => `${method} ${pattern} ${name}`)
}

describe('resources', () => {
  it('routes seven actions', () => {
    assert.deepEqual(lines(resources('/posts', controller)), [
      'GET /posts posts.index',
      'GET /posts/new posts.new',
      'POST /posts posts.create',
      'GET /posts/:id posts.show',
      'GET /posts/:id/edit posts.edit',
      'PUT /posts/:id posts.update',
      'PATCH /posts/:id posts.update',
      'DELETE /posts/:id posts.delete',
    ])
  })

  it('calls the handler of the action', () => {
    const own = {
      index: () => new Response('i'),
      show: () => new Response('s'),
      helper: () => 'not an action',
    }
    const flat = flattenRoutes([resources('/posts', own)])
    assert.deepEqual(
      flat.map((route) => route.handler),
      [own.index, own.show],
    )
  })

  it('routes what the controller has, what "only" names, or what "except" leaves', () => {
    const some = { index: handler, show: handler, helper: 1 }
    assert.deepEqual(lines(resources('/posts', some)), [
      'GET /posts posts.index',
      'GET /posts/:id posts.show',
    ])
    assert.deepEqual(lines(resources('/posts', controller, { only: ['show', 'index'] })), [
      'GET /posts posts.index',
      'GET /posts/:id posts.show',
    ])
    assert.deepEqual(lines(resources('/posts', some, { except: ['show', 'delete'] })), [
      'GET /posts posts.index',
    ])
    assert.deepEqual(lines(resources('/posts', some, { only: [] })), [])
  })

  it('takes another parameter, name and middleware', () => {
    const step: Middleware = (_ctx, next) => next()
    const made = resources('/admin/posts', { show: handler }, { param: 'slug', as: 'articles', use: [step] })
    assert.deepEqual(lines(made), ['GET /admin/posts/:slug articles.show'])
    assert.deepEqual(flattenRoutes([made])[0]?.use, [step])
    assert.deepEqual(lines(resources('/', { show: handler }, { as: 'pages' })), ['GET /:id pages.show'])
  })

  it('nests routes below one of the resources', () => {
    const comments = resources('/comments', { index: handler, show: handler })
    const extra = get('/stats', { as: 'stats' }, handler)
    assert.deepEqual(lines(resources('/posts', { show: handler }, { nested: [comments, extra] })), [
      'GET /posts/:id posts.show',
      'GET /posts/:postId/comments posts.comments.index',
      'GET /posts/:postId/comments/:id posts.comments.show',
      'GET /posts/:postId/stats posts.stats',
    ])
    const options = { nested: [comments], nestedParam: 'parent', only: [] }
    assert.equal(
      lines(resources('/movies', { show: handler }, options))[0],
      'GET /movies/:parent/comments movies.comments.index',
    )
  })

  it('refuses options and controllers that cannot be meant', () => {
    const loose = resources as unknown as (...args: unknown[]) => unknown
    const refused = (args: unknown[], message: RegExp) => {
      assert.throws(() => loose(...args), { code: 'ZZZ_OPTION_INVALID', message })
    }
    refused(['/posts', controller, { onyl: [] }], /Resources \/posts.*"onyl".*only, except, param/)
    refused(['/posts', controller, { only: ['list'] }], /"only".*index, new, create/)
    refused(['/posts', controller, { except: 'show' }], /"except"/)
    refused(['/posts', controller, { only: ['show'], except: ['show'] }], /not both/)
    refused(['/posts', { index: handler }, { only: ['index', 'show'] }], /"only" names show/)
    refused(['/posts', { helper: handler }], /no handler/)
    refused(['/posts', undefined], /controller/)
    refused(['/posts', { index: 'list' }], /GET \/.*handler/)
    refused(['/posts', controller, { nested: {} }], /"nested"/)
    refused(['/posts', controller, { nested: [handler] }], /item 0/)
    refused(['/:user', controller], /"as"/)
    refused(['/', controller], /"as"/)
    assert.throws(() => loose('/posts', controller, { param: 'post-id' }), { code: 'ZZZ_ROUTE_PATTERN' })
    assert.throws(() => loose('posts', controller), { code: 'ZZZ_ROUTE_PATTERN' })
  })
})
