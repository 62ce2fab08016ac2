import assert from 'node:assert/strict'
import { it } from 'node:test'
import { HeldBytes } from './held-bytes.ts'

it('HeldBytes gives back what it was given, in order, once', () => {
  const held = new HeldBytes()
  const first = Buffer.from('ab')
  held.add(first)
  assert.equal(held.size, 2)
  assert.equal(held.take(), first)
  held.add(Buffer.from('cd'))
  held.add(Buffer.from('ef'))
  assert.equal(held.take().toString(), 'cdef')
  assert.deepEqual([held.size, held.take().length], [0, 0])
})

it('HeldBytes is full above its limit', () => {
  const held = new HeldBytes()
  held.add(Buffer.alloc(64 * 1024))
  assert.equal(held.full, false)
  held.add(Buffer.alloc(1))
  assert.equal(held.full, true)
  held.take()
  assert.equal(held.full, false)
})
