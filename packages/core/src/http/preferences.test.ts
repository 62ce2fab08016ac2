import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readPreferences } from './preferences.ts'

it('readPreferences takes whole members from the beginning of a long field', () => {
  const long = `text/html, ${'a/b;q=0.1, '.repeat(2000)}application/json`
  assert.equal(readPreferences(undefined), undefined)
  assert.equal(readPreferences(''), '')
  assert.equal(readPreferences('text/html, */*;q=0.8'), 'text/html, */*;q=0.8')
  const read = readPreferences(long) ?? ''
  assert.match(read, /^text\/html, a\/b;q=0\.1, .*a\/b;q=0\.1$/)
  assert.ok(read.length > 1000 && read.length <= 1024, String(read.length))
  assert.equal(readPreferences('x'.repeat(2000)), undefined)
  assert.equal(readPreferences('x'.repeat(1024)), 'x'.repeat(1024))
})
