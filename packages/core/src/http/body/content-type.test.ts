import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseContentType } from './content-type.ts'

describe('parseContentType', () => {
  it('takes type and parameters apart', () => {
    const cases: [string, string, Record<string, string>][] = [
      ['text/plain', 'text/plain', {}],
      ['Text/HTML; Charset=UTF-8', 'text/html', { charset: 'UTF-8' }],
      ['a/b;c=d;e="f;g=\\"h\\\\"', 'a/b', { c: 'd', e: 'f;g="h\\' }],
      ['a/b ; c=d ; e=f', 'a/b', { c: 'd', e: 'f' }],
      ['a/b;', 'a/b', {}],
    ]
    for (const [value, type, parameters] of cases) {
      assert.deepEqual(
        parseContentType(value),
        { type, parameters: new Map(Object.entries(parameters)) },
        value,
      )
    }
  })

  it('has no parameters where one is broken or there twice', () => {
    for (const rest of ['x', 'c=', 'c=d e=f', 'c="d', 'c=d;C=e', 'c="d"e', '=d', 'c=(d)']) {
      assert.deepEqual(parseContentType(`a/b; ${rest}`), { type: 'a/b', parameters: undefined }, rest)
    }
  })

  it('is undefined where there is no type', () => {
    for (const value of [
      undefined,
      '',
      'text',
      'text/',
      '/plain',
      'te xt/plain',
      'text/plain x',
      'text/plain, text/html',
    ]) {
      assert.equal(parseContentType(value), undefined, String(value))
    }
  })
})
