import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ownText } from './own-text.ts'

it('ownText gives the same text, whatever is in it', () => {
  for (const text of ['', 'a', 'naïve €', '👩‍👧', 'a lone surrogate \ud800', '\0'])
    assert.equal(ownText(text), text)
})
