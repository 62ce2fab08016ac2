import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isValidTarget } from './target.ts'

const valid = [
  ['GET', '/'],
  ['GET', '//a/../b;c=%20?d=e?f'],
  ['GET', '/"<>\\^`{|}~'],
  ['GET', 'http://a'],
  ['GET', 'HTTP://a.example:80/b?c'],
  ['GET', 'http://a?b'],
  ['GET', 'https://[::1]:443/'],
  ['OPTIONS', '*'],
  ['CONNECT', 'a:443'],
  ['CONNECT', '[::1]:443'],
] as const

const invalid = [
  ['GET', ''],
  ['GET', 'a'],
  ['GET', '?a'],
  ['GET', '*'],
  ['GET', 'a:443'],
  ['GET', '/a b'],
  ['GET', '/a#b'],
  ['GET', '/\0'],
  ['GET', '/\x7f'],
  ['GET', '/é'],
  ['GET', 'http:///a'],
  ['GET', 'http://u@a/'],
  ['GET', 'http://a/#b'],
  ['GET', 'http://a:b/'],
  ['GET', '://a'],
  ['OPTIONS', '*a'],
  ['CONNECT', '/'],
  ['CONNECT', 'a'],
  ['CONNECT', 'a:'],
  ['CONNECT', 'http://a/'],
] as const

it('takes the four forms of RFC 9112 section 3.2 with the methods they are for', () => {
  for (const [method, target] of valid)
    assert.equal(isValidTarget(method, target), true, `${method} ${target}`)
})

it('refuses everything else', () => {
  for (const [method, target] of invalid)
    assert.equal(isValidTarget(method, target), false, `${method} ${target}`)
})
