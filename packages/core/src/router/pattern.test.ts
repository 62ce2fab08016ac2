import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { joinPatterns, parsePattern, shapeOf } from './pattern.ts'

describe('parsePattern', () => {
  it('cuts a pattern into static segments, parameters and a wildcard', () => {
    assert.deepEqual(parsePattern('/users/:id/posts/*rest'), [
      { kind: 'static', text: 'users' },
      { kind: 'param', name: 'id' },
      { kind: 'static', text: 'posts' },
      { kind: 'wildcard', name: 'rest' },
    ])
    assert.deepEqual(parsePattern('/'), [])
    assert.deepEqual(parsePattern('/.well-known/caf\u00e9 au lait'), [
      { kind: 'static', text: '.well-known' },
      { kind: 'static', text: 'caf\u00e9 au lait' },
    ])
  })

  const faults: Record<string, RegExp> = {
    '': /start with a slash/,
    users: /start with a slash/,
    '/users/': /last slash/,
    '//': /last slash/,
    '/a//b': /empty segment/,
    '/a/./b': /never reaches/,
    '/..': /never reaches/,
    '/:': /identifier/,
    '/*': /identifier/,
    '/:user-id': /identifier/,
    '/:id.json': /identifier/,
    '/:1': /identifier/,
    '/:__proto__': /identifier/,
    '/:from-:to': /identifier/,
    '/user-:id': /does not start the segment/,
    '/a*': /does not start the segment/,
    '/:id/x/:id': /"id" is there twice/,
    '/:id/*id': /"id" is there twice/,
    '/*rest/more': /nothing may follow/,
    '/a%20b': /decoded/,
    '/a?b': /no path has/,
    '/a#b': /no path has/,
  }
  for (const [pattern, message] of Object.entries(faults)) {
    it(`refuses ${JSON.stringify(pattern)}`, () => {
      assert.throws(() => parsePattern(pattern), { code: 'ZZZ_ROUTE_PATTERN', message })
      assert.throws(
        () => parsePattern(pattern),
        (error: Error) => error.message.includes(JSON.stringify(pattern)),
      )
    })
  }

  it('refuses what is not a text', () => {
    assert.throws(() => parsePattern(42 as unknown as string), { code: 'ZZZ_ROUTE_PATTERN' })
  })
})

describe('joinPatterns', () => {
  it('adds nothing for a single slash on either side', () => {
    assert.equal(joinPatterns('/api', '/users'), '/api/users')
    assert.equal(joinPatterns('/api', '/'), '/api')
    assert.equal(joinPatterns('/', '/users'), '/users')
    assert.equal(joinPatterns('/', '/'), '/')
  })
})

describe('shapeOf', () => {
  it('forgets names and nothing else', () => {
    assert.equal(shapeOf(parsePattern('/a/:id/*rest')), shapeOf(parsePattern('/a/:name/*all')))
    assert.notEqual(shapeOf(parsePattern('/a/:id')), shapeOf(parsePattern('/a/*id')))
    assert.notEqual(shapeOf(parsePattern('/a/:id')), shapeOf(parsePattern('/b/:id')))
  })
})
