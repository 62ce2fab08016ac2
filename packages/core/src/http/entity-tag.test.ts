import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matchesStrongly, matchesWeakly, parseEntityTags } from './entity-tag.ts'

describe('entity tags (RFC 9110 8.8.3)', () => {
  it('are read from a list, commas inside included', () => {
    const lists: readonly [string, readonly string[] | '*'][] = [
      ['"xyzzy"', ['"xyzzy"']],
      ['"xyzzy", W/"r2d2xxxx" ,"c3piozzzz"', ['"xyzzy"', 'W/"r2d2xxxx"', '"c3piozzzz"']],
      ['"a,b", ""', ['"a,b"', '""']],
      [', "a",, "b",', ['"a"', '"b"']],
      ['*', '*'],
      [' * ', '*'],
    ]
    for (const [field, tags] of lists) assert.deepEqual(parseEntityTags(field), tags, field)
  })

  it('are none at all in a malformed list', () => {
    for (const field of ['', 'xyzzy', '"a" "b"', 'w/"a"', '"a", b', '"a', '*, "a"', '"a b"']) {
      assert.deepEqual(parseEntityTags(field), [], field)
    }
  })

  it('match strongly and weakly as in the table of 8.8.3.2', () => {
    const rows: readonly [string, string, boolean, boolean][] = [
      ['W/"1"', 'W/"1"', false, true],
      ['W/"1"', 'W/"2"', false, false],
      ['W/"1"', '"1"', false, true],
      ['"1"', '"1"', true, true],
    ]
    for (const [a, b, strong, weak] of rows) {
      assert.equal(matchesStrongly(a, b), strong, `${a} ${b}`)
      assert.equal(matchesWeakly(a, b), weak, `${a} ${b}`)
    }
  })
})
