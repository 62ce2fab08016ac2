import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toLower } from './sqlite.ts'

it('makes each character lower case by itself', () => {
  assert.equal(toLower('ÄÉЯẞKİΣΑΣ'), 'äéяßkiσασ')
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    if ([...toLower(character)].length !== 1) assert.fail(code.toString(16))
  }
})
