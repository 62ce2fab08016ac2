import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { path } from './path.ts'
import { any, del, get, head, options, patch, post, put, route } from './route.ts'

const handler = (ctx: Context) => ctx.text('')
const step: Middleware = (_ctx, next) => next()

describe('routes', () => {
  it('are plain frozen data', () => {
    const made = get('/users/:id', { as: 'user', use: [step] }, handler)
    assert.deepEqual(made, {
      kind: 'route',
      method: 'GET',
      pattern: '/users/:id',
      whole: false,
      name: 'user',
      use: [step],
      body: {},
      handler,
    })
    assert.ok(Object.isFrozen(made))
    assert.ok(Object.isFrozen(made.use))
  })

  it('have no name and no middleware by default', () => {
    const made = get('/', handler)
    assert.equal(made.name, undefined)
    assert.deepEqual(made.use, [])
    assert.equal(made.handler, handler)
  })

  it('have the method of their verb', () => {
    const verbs = {
      GET: get,
      POST: post,
      PUT: put,
      PATCH: patch,
      DELETE: del,
      HEAD: head,
      OPTIONS: options,
      '*': any,
    }
    for (const [method, verb] of Object.entries(verbs)) assert.equal(verb('/', handler).method, method)
    assert.equal(route('PURGE', '/', handler).method, 'PURGE')
    assert.equal(route('PURGE', '/', { as: 'purge' }, handler).name, 'purge')
  })

  it('take a path value for a pattern', () => {
    assert.equal(get(path('/users/:id'), handler).pattern, '/users/:id')
  })

  it('copy their middleware', () => {
    const use = [step]
    const made = get('/', { use }, handler)
    use.push(step)
    assert.equal(made.use.length, 1)
  })

  it('refuse unknown and impossible options, naming key, pattern and what there is', () => {
    const loose = get as unknown as (pattern: string, options: unknown, handler?: unknown) => unknown
    const refused = (options: unknown, message: RegExp) => {
      assert.throws(() => loose('/users', options, handler), { code: 'ZZZ_OPTION_INVALID', message })
    }
    refused({ us: [] }, /GET \/users.*"us".*as, use/)
    refused({ as: '' }, /GET \/users.*"as".*text/)
    refused({ as: 1 }, /"as"/)
    refused({ use: step }, /"use".*list of middleware/)
    refused({ use: ['session'] }, /"use"/)
    refused({ bodyLimit: -1 }, /GET \/users.*"bodyLimit".*number of bytes/)
    refused({ bodyLimit: '1mb' }, /"bodyLimit".*"1mb"/)
    refused({ form: 1 }, /"form"/)
    refused({ form: { size: 1 } }, /GET \/users, form: .*"size".*fields, files, fileSize, total/)
    refused({ form: { files: 1.5 } }, /"files"/)
    refused(null, /object/)
    assert.doesNotThrow(() => loose('/users', { as: undefined, use: undefined }, handler))
  })

  it('refuse a handler that is no function, an invalid pattern, an impossible method', () => {
    const loose = get as unknown as (...args: unknown[]) => unknown
    assert.throws(() => loose('/users'), { code: 'ZZZ_OPTION_INVALID', message: /GET \/users.*handler/ })
    assert.throws(() => loose('/users', 'index'), { code: 'ZZZ_OPTION_INVALID', message: /handler.*"index"/ })
    assert.throws(() => loose('/users', {}), { code: 'ZZZ_OPTION_INVALID', message: /handler/ })
    assert.throws(() => get('users', handler), { code: 'ZZZ_ROUTE_PATTERN' })
    for (const method of ['', 'A B', 'GET\n']) {
      assert.throws(() => route(method, '/', handler), { code: 'ZZZ_OPTION_INVALID', message: /method/ })
    }
  })
})
