import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toMessages } from './statement-messages.ts'

/** The messages as their letter and content, of which `%` is a zero byte; their lengths have to fit. */
function split(messages: Buffer): [letter: string, content: string][] {
  const found: [string, string][] = []
  let at = 0
  while (at < messages.length) {
    const next = at + 1 + messages.readInt32BE(at + 1)
    found.push([
      messages.toString('latin1', at, at + 1),
      messages.toString('utf8', at + 5, next).replaceAll('\0', '%'),
    ])
    at = next
  }
  assert.equal(at, messages.length)
  return found
}

const end = [
  ['E', '%%%%%'],
  ['S', ''],
]

it('toMessages binds and executes a statement that the server knows', () => {
  assert.deepEqual(split(toMessages({ name: 's', text: undefined, parameters: [] })), [
    ['B', '%s%%%%%%%'],
    ...end,
  ])
  assert.deepEqual(split(toMessages({ name: 's', text: undefined, parameters: [-42, 7n, 'é€👍', ''] })), [
    ['B', '%s%%%%\x04%%%\x03-42%%%\x017%%%\x09é€👍%%%%%%'],
    ...end,
  ])
})

it('toMessages sends the text of a statement first, and bytes as they are', () => {
  const messages = toMessages({
    name: '',
    text: 'select $1, $2 -- ü',
    parameters: [Uint8Array.of(1, 0), null],
  })
  assert.ok(messages.includes(Buffer.from([255, 255, 255, 255])))
  assert.deepEqual(split(messages), [
    ['P', '%select $1, $2 -- ü%%%'],
    ['B', '%%%\x02%\x01%%%\x02%%%\x02\x01%\ufffd\ufffd\ufffd\ufffd%%'],
    ...end,
  ])
})

it('toMessages refuses more parameters than the protocol counts', () => {
  const parameters = new Array<null>(65_536).fill(null)
  assert.throws(() => toMessages({ name: 's', text: undefined, parameters }), RangeError)
})
