import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptedCodings } from './content-coding.ts'

const rows: readonly [field: string | undefined, codings: readonly string[]][] = [
  [undefined, ['identity']],
  ['', ['identity']],
  ['gzip', ['gzip', 'identity']],
  ['gzip, deflate, br, zstd', ['br', 'zstd', 'gzip', 'identity']],
  ['gzip, br;q=0.9', ['gzip', 'br', 'identity']],
  ['BR', ['br', 'identity']],
  ['br;q=0, gzip;q=0.5', ['gzip', 'identity']],
  ['*', ['br', 'zstd', 'gzip', 'identity']],
  ['*;q=0.1, gzip', ['gzip', 'br', 'zstd', 'identity']],
  ['identity, gzip;q=0.5', ['identity', 'gzip']],
  ['gzip, identity;q=0', ['gzip']],
  ['identity;q=0', []],
  ['deflate', ['identity']],
]

describe('acceptedCodings (RFC 9110 12.5.3)', () => {
  for (const [field, codings] of rows) {
    it(`${JSON.stringify(field)}: ${codings.join(', ') || 'none'}`, () => {
      assert.deepEqual(acceptedCodings(field), codings)
      assert.deepEqual(acceptedCodings(field), codings, 'from memory')
    })
  }

  it('reads the beginning of a long field', () => {
    const filler = 'x, '.repeat(1000)
    assert.deepEqual(acceptedCodings(`gzip, ${filler}br`), ['gzip', 'identity'])
    assert.deepEqual(acceptedCodings('x'.repeat(5000)), ['identity'])
  })

  it('keeps its answers within bounds', () => {
    for (let index = 0; index < 1000; index++) acceptedCodings(`gzip, x-${index}`)
    assert.deepEqual(acceptedCodings('gzip'), ['gzip', 'identity'])
  })
})
