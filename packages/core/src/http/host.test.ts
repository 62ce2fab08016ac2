import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isValidHost } from './host.ts'

const valid = [
  '',
  'a',
  'a.example',
  'A.EXAMPLE:80',
  'a:',
  '127.0.0.1:5555',
  '[::1]',
  '[2001:db8::1]:443',
  'a%20b',
  'a_b',
  "~!$&'()*+,;=",
]
const invalid = [
  ' a',
  'a b',
  'a/b',
  'a?b',
  'a#b',
  'u@a',
  'http://a',
  'a:x',
  'a:80:80',
  'a:123456',
  '[::1',
  '::1',
  'a%2',
  '"a"',
  'a\\b',
  'é',
  'a\0',
  'a\r\n',
]

it('takes every host of RFC 9112 section 3.2', () => {
  for (const host of valid) assert.equal(isValidHost(host), true, host)
})

it('refuses everything else', () => {
  for (const host of invalid) assert.equal(isValidHost(host), false, host)
})
