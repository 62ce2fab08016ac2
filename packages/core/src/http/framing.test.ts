import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseContentLength, transferCodingFault } from './framing.ts'

it('reads 1*DIGIT that a number holds exactly', () => {
  assert.equal(parseContentLength('0'), 0)
  assert.equal(parseContentLength('007'), 7)
  assert.equal(parseContentLength('9007199254740991'), Number.MAX_SAFE_INTEGER)
})

it('refuses any other Content-Length', () => {
  for (const value of [
    '',
    ' ',
    '+5',
    '-5',
    '5 5',
    '5,5',
    '0x5',
    '5.0',
    '5e0',
    '5_0',
    '9007199254740992',
    '1'.repeat(30),
    '٥',
  ]) {
    assert.equal(parseContentLength(value), -1, value)
  }
})

it('takes chunked alone, in any case', () => {
  for (const value of ['chunked', 'Chunked', ' chunked\t'])
    assert.equal(transferCodingFault(value), undefined, value)
})

it('tells codings it does not know from lists that are wrong', () => {
  for (const value of ['gzip', 'identity', 'xchunked', 'gzip, chunked']) {
    assert.equal(transferCodingFault(value), 'ZZZ_TRANSFER_CODING', value)
  }
  for (const value of [
    '',
    ',',
    'chunked,',
    'chunked, chunked',
    'chunked, gzip',
    'chunked;a=b',
    '"chunked"',
    '\x0bchunked',
    'a b',
  ]) {
    assert.equal(transferCodingFault(value), 'ZZZ_REQUEST_MALFORMED', value)
  }
})
