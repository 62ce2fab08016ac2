import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Pieces } from './pieces.ts'

describe('Pieces', () => {
  it('joins what was pushed, in order, however many', () => {
    for (const count of [0, 1, 2, 255, 256, 257, 1000]) {
      const pieces = new Pieces()
      const all = Buffer.from(Array.from({ length: count }, (_, index) => index % 251))
      for (let index = 0; index < count; index++) pieces.push(all.subarray(index, index + 1))
      assert.equal(pieces.size, count)
      assert.deepEqual(Buffer.from(pieces.join()), all)
    }
  })

  it('gives a single piece as it is', () => {
    const pieces = new Pieces()
    const piece = Uint8Array.of(1)
    pieces.push(piece)
    assert.equal(pieces.join(), piece)
  })

  it('does not keep a swarm of tiny pieces, nor the large buffers they are cut from', () => {
    const pieces = new Pieces()
    for (let index = 0; index < 10_000; index++) pieces.push(Buffer.alloc(4096).subarray(0, 1))
    const kept = pieces.take()
    assert.ok(kept.length < 300, `${kept.length} pieces`)
    assert.deepEqual([Buffer.concat(kept).length, pieces.size, pieces.join().length], [10_000, 0, 0])
  })
})
