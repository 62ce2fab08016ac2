import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { path } from './path.ts'

describe('path', () => {
  it('knows its pattern and is frozen', () => {
    const user = path('/users/:id')
    assert.equal(user.pattern, '/users/:id')
    assert.ok(Object.isFrozen(user))
    assert.throws(() => path('users'), { code: 'ZZZ_ROUTE_PATTERN' })
  })

  it('fills parameters, percent-encoded', () => {
    assert.equal(path('/users/:id').url({ id: 42 }), '/users/42')
    assert.equal(path('/users/:id/x').url({ id: 'a/b c?#%\u00e9' }), '/users/a%2Fb%20c%3F%23%25%C3%A9/x')
    assert.equal(path('/').url(), '/')
    assert.equal(path('/caf\u00e9/@me').url(), '/caf%C3%A9/@me')
    assert.equal(path('/:a').url({ a: '\ud800' }), '/%EF%BF%BD')
  })

  it('keeps the slashes of a wildcard, which may be empty', () => {
    const files = path('/files/*rest')
    assert.equal(files.url({ rest: 'a b/c&d.txt' }), '/files/a%20b/c%26d.txt')
    assert.equal(files.url({ rest: '' }), '/files')
    assert.equal(path('/*rest').url({ rest: '' }), '/')
  })

  it('appends the query', () => {
    const users = path('/users')
    assert.equal(users.url({}, { page: 2, all: true, q: 'a b&c' }), '/users?page=2&all=true&q=a+b%26c')
    assert.equal(users.url({}, { tag: ['x', 'y'], none: undefined, nil: null, no: [] }), '/users?tag=x&tag=y')
    assert.equal(users.url({}, { none: undefined }), '/users')
    assert.equal(path('/:id').url({ id: 1 }, { q: '' }), '/1?q=')
  })

  it('refuses values that cannot stand in a path, naming pattern and parameter', () => {
    const user = path('/users/:id')
    for (const id of ['', '.', '..', 'a\0', Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => user.url({ id }), { code: 'ZZZ_ROUTE_PARAM', message: /"\/users\/:id".*"id"/ })
    }
    const files = path('/files/*rest')
    for (const rest of ['/a', 'a/', 'a//b', 'a/../b', './a']) {
      assert.throws(() => files.url({ rest }), { code: 'ZZZ_ROUTE_PARAM' })
    }
  })

  it('refuses what types refuse', () => {
    const url = path('/users/:id').url as (params?: object) => string
    for (const params of [undefined, {}, { id: undefined }, { id: null }, { id: true }, { id: {} }]) {
      assert.throws(() => url(params), { code: 'ZZZ_ROUTE_PARAM', message: /"id"/ })
    }
    assert.throws(() => url({ id: 1, name: 'x' }), {
      code: 'ZZZ_ROUTE_PARAM',
      message: /"name".*no such parameter/,
    })
    const inherited = path('/:constructor').url as (params: object) => string
    assert.throws(() => inherited({}), { code: 'ZZZ_ROUTE_PARAM' })
  })
})
