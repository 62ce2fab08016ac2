import assert from 'node:assert/strict'
import { it } from 'node:test'
import { messageOf } from './message-of.ts'
import { unprintable } from './unprintable.suite.ts'

it('messageOf gives the message of an error, and the text of anything else', () => {
  for (const [thrown, text] of [
    [new TypeError('no'), 'no'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [{}, '[object Object]'],
  ] as const) {
    assert.equal(messageOf(thrown), text)
  }
})

it('messageOf finds words for what has none', () => {
  for (const thrown of unprintable()) assert.equal(messageOf(thrown), 'something was thrown that has no text')
})
