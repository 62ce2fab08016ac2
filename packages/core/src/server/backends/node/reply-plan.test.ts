import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Reply } from '../../../http/reply.ts'
import { isWhole, planReply, sliceSize } from './reply-plan.ts'

it('keeps short text of ASCII as text and encodes all other', () => {
  const bodyOf = (text: string) => planReply(new Reply(200, text), 'GET').body
  assert.equal(bodyOf('hello'), 'hello')
  assert.deepEqual(bodyOf('hé'), Buffer.from('hé'))
  assert.deepEqual(bodyOf('\u{1f600}'), Buffer.from('\u{1f600}'))
  assert.ok(bodyOf('x'.repeat(sliceSize + 1)) instanceof Buffer)
})

it('writes at once what a slow client takes at once', () => {
  assert.equal(isWhole(null), true)
  assert.equal(isWhole('hello'), true)
  assert.equal(isWhole(new Uint8Array(sliceSize)), true)
  assert.equal(isWhole(new Uint8Array(sliceSize + 1)), false)
  assert.equal(isWhole(ReadableStream.from(['a'])), false)
})

it('has header lines of its own, without those of the server', () => {
  const reply = new Reply(200, 'hello')
    .header('x-a', '1')
    .header('keep-alive', 'timeout=5')
    .append('x-a', '2')
  const { headers } = planReply(reply, 'GET')
  assert.deepEqual(headers, ['x-a', '1', 'x-a', '2'])
  headers.push('content-length', '5')
  assert.equal(reply.headers.has('content-length'), false)
})

it('hears a handler that asks to close, and its length of a stream', () => {
  const plain = planReply(new Reply(200, ReadableStream.from(['hello'])), 'GET')
  assert.deepEqual([plain.close, plain.length, plain.openEnded], [false, undefined, true])
  const reply = new Reply(200, ReadableStream.from(['hello']))
    .header('connection', 'Close')
    .header('content-length', '5')
  const { close, length, openEnded } = planReply(reply, 'GET')
  assert.deepEqual([close, length, openEnded], [true, 5, false])
})
