import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { flattenRoutes } from './flatten.ts'
import { path } from './path.ts'
import { type AnyRoute, any, get, post, put } from './route.ts'
import { scope } from './scope.ts'

const handler = (ctx: Context) => ctx.text('')
const step = (): Middleware => (_ctx, next) => next()

/** The conflict between two routes, in either order. */
function conflicts(routes: readonly AnyRoute[], message: RegExp): void {
  assert.throws(() => flattenRoutes(routes), { code: 'ZZZ_ROUTE_CONFLICT', message })
}

describe('flattenRoutes', () => {
  it('joins prefixes and names, and lists middleware from outer to inner', () => {
    const [outer, inner, own] = [step(), step(), step()]
    const flat = flattenRoutes([
      get('/', handler),
      scope('/admin', { as: 'admin', use: [outer] }, [
        get('/', { as: 'home' }, handler),
        scope('/:team', { use: [inner] }, [get('/users/:id', { as: 'user', use: [own] }, handler)]),
        get('/unnamed', handler),
      ]),
    ])
    assert.deepEqual(flat, [
      { method: 'GET', pattern: '/', name: undefined, use: [], body: {}, handler },
      { method: 'GET', pattern: '/admin', name: 'admin.home', use: [outer], body: {}, handler },
      {
        method: 'GET',
        pattern: '/admin/:team/users/:id',
        name: 'admin.user',
        use: [outer, inner, own],
        body: {},
        handler,
      },
      { method: 'GET', pattern: '/admin/unnamed', name: undefined, use: [outer], body: {}, handler },
    ])
  })

  it('hands body options down, the inner ones over the outer, one by one', () => {
    const flat = flattenRoutes([
      post('/a', { form: { files: 1 } }, handler),
      scope('/b', { bodyLimit: 1, form: { files: 2, total: 3 } }, [
        post('/', handler),
        scope('/c', { form: { total: 4, files: undefined } }, [post('/', { bodyLimit: 5 }, handler)]),
      ]),
    ])
    assert.deepEqual(
      flat.map(({ body }) => body),
      [
        { bodyLimit: undefined, form: { files: 1 } },
        { bodyLimit: 1, form: { files: 2, total: 3 } },
        { bodyLimit: 5, form: { files: 2, total: 4 } },
      ],
    )
  })

  it('lets a scope add middleware without a prefix', () => {
    const guard = step()
    const flat = flattenRoutes([scope('/', { use: [guard] }, [get('/', handler), get('/a', handler)])])
    assert.deepEqual(
      flat.map(({ pattern, use }) => [pattern, use]),
      [
        ['/', [guard]],
        ['/a', [guard]],
      ],
    )
  })

  it('refuses two routes that match the same requests, naming both', () => {
    conflicts([get('/a', handler), get('/a', handler)], /GET \/a and GET \/a/)
    conflicts([get('/:id', handler), get('/:name', handler)], /GET \/:id and GET \/:name/)
    conflicts([scope('/a', [get('/*x', handler)]), get('/a/*y', handler)], /GET \/a\/\*x and GET \/a\/\*y/)
    conflicts([any('/a', handler), any('/a', handler)], /\* \/a/)
    assert.equal(flattenRoutes([get('/a', handler), post('/a', handler), any('/a', handler)]).length, 3)
    assert.equal(flattenRoutes([get('/:a', handler), get('/*a', handler), get('/a', handler)]).length, 3)
  })

  it('refuses one name for two patterns, naming both routes', () => {
    conflicts([get('/a', { as: 'x' }, handler), get('/b', { as: 'x' }, handler)], /GET \/a and GET \/b .*"x"/)
    conflicts(
      [get('/a', { as: 'x.y' }, handler), scope('/s', { as: 'x' }, [get('/b', { as: 'y' }, handler)])],
      /GET \/a and GET \/s\/b .*"x\.y"/,
    )
  })

  it('lets the methods of one pattern share a name', () => {
    const flat = flattenRoutes([put('/a', { as: 'x' }, handler), post('/a', { as: 'x' }, handler)])
    assert.deepEqual(
      flat.map(({ name }) => name),
      ['x', 'x'],
    )
  })

  it('refuses prefixes and patterns that do not fit together', () => {
    const routes = { code: 'ZZZ_ROUTE_PATTERN' }
    assert.throws(() => flattenRoutes([scope('/:id', [get('/x/:id', handler)])]), routes)
    assert.throws(() => flattenRoutes([scope('/*rest', [get('/x', handler)])]), routes)
  })

  it('refuses what is not a list of routes', () => {
    assert.throws(() => flattenRoutes({} as AnyRoute[]), { code: 'ZZZ_OPTION_INVALID' })
    assert.throws(() => flattenRoutes([handler as unknown as AnyRoute]), {
      code: 'ZZZ_OPTION_INVALID',
      message: /item 0/,
    })
  })

  it('refuses a path value below a prefix, since its URLs would lack it', () => {
    const refusal = { code: 'ZZZ_ROUTE_PATTERN', message: /path\('\/api\/users\/:id'\)/ }
    const user = path('/users/:id')
    assert.throws(() => flattenRoutes([scope('/api', [get(user, handler)])]), refusal)
    assert.throws(() => flattenRoutes([scope('/api', [scope(user, [get('/', handler)])])]), refusal)
    assert.equal(flattenRoutes([scope('/', [get(user, handler)])]).length, 1)
  })
})
