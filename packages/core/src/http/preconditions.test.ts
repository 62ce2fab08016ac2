import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkPreconditions, isRangeCurrent, type Validators, type Verdict } from './preconditions.ts'
import { Request } from './request.ts'

const modified = Date.UTC(2026, 0, 2, 3, 4, 5) + 678
const [before, same, later] = [-60_000, 0, 60_000].map((shift) =>
  new Date(modified + shift).toUTCString(),
) as [string, string, string]
const current: Validators = { etag: '"now"', modified }

type Headers = Readonly<Record<string, string>>

function request(headers: Headers, method = 'GET'): Request {
  const peer = { remoteAddress: undefined, remotePort: undefined, encrypted: false }
  return new Request(method, '/', '1.1', Object.entries(headers).flat(), null, peer)
}

const table: readonly [Headers, Verdict, Verdict?][] = [
  [{}, 'met'],
  [{ 'if-match': '"now"' }, 'met'],
  [{ 'if-match': '"old", "now"' }, 'met'],
  [{ 'if-match': '*' }, 'met'],
  [{ 'if-match': '"old"' }, 'failed'],
  [{ 'if-match': 'W/"now"' }, 'failed'],
  [{ 'if-match': 'now' }, 'failed'],
  [{ 'if-unmodified-since': same }, 'met'],
  [{ 'if-unmodified-since': later }, 'met'],
  [{ 'if-unmodified-since': before }, 'failed'],
  [{ 'if-unmodified-since': 'yesterday' }, 'met'],
  // If-Match makes If-Unmodified-Since void.
  [{ 'if-match': '"now"', 'if-unmodified-since': before }, 'met'],
  [{ 'if-none-match': '"now"' }, 'not-modified', 'failed'],
  [{ 'if-none-match': 'W/"now"' }, 'not-modified', 'failed'],
  [{ 'if-none-match': '"old", W/"now"' }, 'not-modified', 'failed'],
  [{ 'if-none-match': '*' }, 'not-modified', 'failed'],
  [{ 'if-none-match': '"old"' }, 'met'],
  [{ 'if-none-match': 'now' }, 'met'],
  [{ 'if-modified-since': same }, 'not-modified', 'met'],
  [{ 'if-modified-since': later }, 'not-modified', 'met'],
  [{ 'if-modified-since': before }, 'met'],
  [{ 'if-modified-since': 'yesterday' }, 'met'],
  // If-None-Match makes If-Modified-Since void.
  [{ 'if-none-match': '"old"', 'if-modified-since': later }, 'met'],
  [{ 'if-none-match': '"now"', 'if-modified-since': before }, 'not-modified', 'failed'],
  // Guards go first.
  [{ 'if-match': '"old"', 'if-none-match': '"now"' }, 'failed'],
  [{ 'if-match': '"now"', 'if-none-match': '"now"' }, 'not-modified', 'failed'],
  [{ 'if-unmodified-since': before, 'if-modified-since': later }, 'failed'],
]

describe('preconditions (RFC 9110 13.2.2)', () => {
  for (const [headers, verdict, ofPut = verdict] of table) {
    it(`${JSON.stringify(headers)}: ${verdict}`, () => {
      assert.equal(checkPreconditions(request(headers), current), verdict)
      assert.equal(checkPreconditions(request(headers, 'HEAD'), current), verdict)
      assert.equal(checkPreconditions(request(headers, 'PUT'), current), ofPut)
    })
  }

  it('without a tag, only * matches', () => {
    const untagged = { etag: undefined, modified }
    assert.equal(checkPreconditions(request({ 'if-match': '"now"' }), untagged), 'failed')
    assert.equal(checkPreconditions(request({ 'if-match': '*' }), untagged), 'met')
    assert.equal(checkPreconditions(request({ 'if-none-match': '"now"' }), untagged), 'met')
    assert.equal(checkPreconditions(request({ 'if-none-match': '*' }), untagged), 'not-modified')
  })
})

describe('If-Range (RFC 9110 13.1.5)', () => {
  const rows: readonly [field: string, holds: boolean][] = [
    ['"now"', true],
    ['"old"', false],
    ['W/"now"', false],
    [same, true],
    [later, false],
    [before, false],
    ['nonsense', false],
  ]
  for (const [field, holds] of rows) {
    it(`${field}: ${holds}`, () => {
      assert.equal(isRangeCurrent(request({ 'if-range': field }), current, modified + 5000), holds)
    })
  }

  it('holds without the field, and never by a weak tag', () => {
    assert.equal(isRangeCurrent(request({}), current), true)
    const weak = { etag: 'W/"now"', modified }
    assert.equal(isRangeCurrent(request({ 'if-range': 'W/"now"' }), weak), false)
  })

  it('does not trust a date whose second is not over', () => {
    assert.equal(isRangeCurrent(request({ 'if-range': same }), current, modified + 500), false)
  })
})
