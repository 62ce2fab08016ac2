import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUrlencoded } from './urlencoded.ts'

const parse = (text: string, most = 1000) => parseUrlencoded(text, most)

describe('parseUrlencoded', () => {
  it('reads what URLSearchParams reads', () => {
    const texts = [
      '',
      'a=1',
      'a=1&b=2&a=3',
      'a',
      'a=',
      '=1',
      '=',
      '&&a=1&',
      'a=b=c',
      'a+b=c+d',
      'n=Gr%C3%BC%C3%9Fe+%F0%9F%91%8B',
      'a=%2B%26%3D',
      'ä=ö',
      'a%5Bb%5D=1',
    ]
    for (const text of texts) assert.deepEqual(parse(text), [...new URLSearchParams(text)], text)
  })

  it('refuses what is no percent-encoding of UTF-8', () => {
    for (const text of ['a=%', 'a=%4', '%zz=1', 'a=%u00e9', 'a=%ff', 'a=%c3', 'a=%ed%a0%80', 'a=%C0%AF']) {
      assert.throws(() => parse(text), { code: 'ZZZ_BODY_MALFORMED', status: 400 }, text)
    }
    assert.throws(
      () => parse(`a=%${'x'.repeat(1000)}`),
      (error: Error) => error.message.length < 200,
    )
  })

  it('refuses more fields than allowed', () => {
    assert.equal(parse('a&b', 2).length, 2)
    assert.equal(parse('&a&&b&', 2).length, 2)
    assert.throws(() => parse('a&b&c', 2), { code: 'ZZZ_BODY_TOO_LARGE', status: 413, message: /2 fields/ })
  })
})
