import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { isSettled, toStamp } from './file-stamp.ts'

describe('file stamps', () => {
  const stamp = toStamp(statSync(import.meta.filename, { bigint: true }))

  it('say size and time of the content', () => {
    const { size, mtimeMs } = statSync(import.meta.filename)
    assert.deepEqual([stamp.size, stamp.modified], [size, Math.floor(mtimeMs)])
  })

  it('are settled once the clock of the file system has moved on', () => {
    const at = (changed: bigint) => ({ ...stamp, changed })
    const second = 1_700_000_000_000
    const fine = at(BigInt(second) * 1_000_000n + 5n)
    assert.equal(isSettled(fine, second + 5), false)
    assert.equal(isSettled(fine, second + 50), true)
    const coarse = at(BigInt(second) * 1_000_000n)
    assert.equal(isSettled(coarse, second + 50), false)
    assert.equal(isSettled(coarse, second + 2500), true)
    assert.equal(isSettled(fine, second - 100_000), false, 'a change in the future')
  })
})
